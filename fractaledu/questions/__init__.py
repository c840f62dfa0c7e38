"""The questions of a lesson as widgets; `fractaledu.lesson` is the door to them.

texts: what questions are made of and how they are read · asking: predictions and explanations · quizzing: quick questions ·
my_answers: the table, download and upload · folded: plain text for when there is no kernel · insets: figures as widgets
"""
