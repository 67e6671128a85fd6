"""Many counties in one run: a release for each, built side by side, and the list that holds them together.

`partitions` finds what was submitted, `work` builds one county unless it is built already, `crew` has that done by
processes of this machine or by a cluster, `collection` writes and checks the list.
"""
