"""How the documentation is built: `make docs`."""

import journeymine

project = "journeymine"
author = "The journeymine authors"
project_copyright = author
version = release = journeymine.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb"]
exclude_patterns = ["_build", "jupyter_execute", "**.ipynb_checkpoints"]
templates_path = ["_templates"]
default_role = "py:obj"  # `read_table` in a docstring is a link

# API pages: one a name, made from its docstring; types stand in the signature only.
autosummary_generate = True
# On disks that do not tell capitals apart, the page of Delays would overwrite that of delays.
autosummary_filename_map = {
    f"journeymine.{name}": f"journeymine.{name}-result"
    for name in journeymine.__all__
    if name != name.lower() and name.lower() in journeymine.__all__
}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 100
numpydoc_show_class_members = False  # the class template lists them

# Pages with code run each time they are built, and an error in one stops the build.
myst_enable_extensions = ["deflist"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "journeymine"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_sidebars = {"*": []}  # pages of the first level have nothing below them to list
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_nav_level": 2,
}
