"""Exhibits: a sentence, a chart, the same figures as a table, the source file and the law, made together.

Pure: an edition, a choice and words in, an `Exhibit` out. The pages only arrange them.
"""
