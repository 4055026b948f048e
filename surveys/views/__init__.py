"""The pages of the impact survey: the staff's, and the one form that anybody may open."""
