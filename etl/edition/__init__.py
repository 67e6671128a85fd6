"""The record on plain pages and on paper: what a release's own files say, for readers without scripts.

Everything is made from the published files of one release (`Record`), as any reader could make it again.
"""
