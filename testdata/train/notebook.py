"""Makes train_visitor_model.ipynb from the cells of train_visitor_model.py, runs it from head to tail, and writes it with what it
printed and drew, without what is only this machine's: warnings on stderr, times, the Python that ran it."""

import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

here = Path(__file__).resolve().parent
script, notebook = here / "train_visitor_model.py", here / "train_visitor_model.ipynb"


def cells(text):
    """Cells begin at a line "# %%"; in those marked [markdown] each line is a comment."""
    for n, part in enumerate(re.split(r"^# %%", text, flags=re.M)[1:]):
        kind, _, body = part.partition("\n")
        body = body.strip("\n")
        if kind.strip() == "[markdown]":
            cell = new_markdown_cell(re.sub(r"^# ?", "", body, flags=re.M))
        else:
            cell = new_code_cell(body)
        cell["id"] = f"cell-{n}"  # nbformat would draw one by lot
        yield cell


def strip(book):
    for cell in book.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    book.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }


def check(text):
    """What is written must not tell where it was made."""
    for word in (f"{here.parents[1]}/", f"{Path.home()}/", "site-packages", "127.0.0.1"):
        if len(word) > 2 and word in text:
            raise SystemExit(f"{notebook.name} would hold {word!r}")


def progress(cell, cell_index):
    for heading in re.findall(r"^#+ (.*)", cell.source, flags=re.M) if cell.cell_type == "markdown" else ():
        print(f"... {heading}", flush=True)


def main():
    book = new_notebook(cells=list(cells(script.read_text())))
    NotebookClient(
        book,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(here)}},
        on_cell_start=progress,
    ).execute()
    strip(book)
    text = nbformat.writes(book) + "\n"
    check(text)
    notebook.write_text(text)
    for output in book.cells[-1].outputs:
        print(output.text, end="")


main()
