"""Pictures of figures as pure functions: points and words in, a `Scene` of placed marks out, and from it SVG text.

The layout is computed here, in pixels, and leaves nothing to the drawing program: no axis, legend or text is placed by
the width of a font, so that the same figures give the same bytes on every machine (decision 0022). Colours never carry
a meaning alone: shapes, dashes and words do, so that a black-and-white print says the same.
"""
