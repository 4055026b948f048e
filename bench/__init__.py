"""What the portal costs, as ratios against frozen baselines measured in the same run: `bin/bench`.

measure.py says what a row is and how rounds are made, environment.py starts private servers, content.py,
city.py and many.py make the data (seed fixed), pages.py calls pages without a server. One module a section:
pdf.py, web.py, dash.py, background.py. `baselines/` never imports the project and is never tuned.
"""
