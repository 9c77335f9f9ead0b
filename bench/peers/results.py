"""What was measured as text, CSV and JSON; and the files of a run, written anew after each row."""
import csv
import io
import json
import os

from chart import chart

FIGURES = ["ours", "theirs", "ratio", "least", "most", "rounds", "others", "disturbed"]
COLUMNS = ["row", "unit", "threads", "peer", *FIGURES, "correct", "failure"]


def write(folder, results):
    write_files(folder, {
        "results.json": json.dumps(results, indent=1, ensure_ascii=False) + "\n", "results.csv": as_csv(results),
        "results.txt": as_text(results), "results.svg": chart(results)})


def write_files(folder, files):
    """Each under another name first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        new = folder / (name + ".new")
        with open(new, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, folder / name)


def measured(results):
    """(row, peer, its figures) of all that was measured."""
    return [(row, peer, peer["figures"]) for row in results["rows"] for peer in row["peers"] if peer["figures"]]


def as_csv(results):
    out = io.StringIO()
    for key, value in results["about"].items():
        out.write(f"# {key}: {value}\r\n")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in results["rows"]:
        for peer in row["peers"]:
            found = peer["figures"]
            values = [found[key] for key in FIGURES] if found else [""] * len(FIGURES)
            correct, failure = peer["correct"], peer["failure"] or ""
            table.writerow([row["row"], row["unit"], row["threads"], peer["peer"],
                            *(f"{value:.6g}" if isinstance(value, float) else value for value in values),
                            "" if correct is None else correct, failure])
    return out.getvalue()


def as_text(results):
    about = [f"{key}: {value}" for key, value in results["about"].items()]
    return "\n".join(about + [""] + table(results) + [""] + notes(results)) + "\n"


def table(results):
    """Lines in columns."""
    lines = [["row", "unit", "DigitKit", "peer", "", "ratio", "least", "most", "others"]]
    for row in results["rows"]:
        for place, peer in enumerate(row["peers"]):
            first = [row["row"], row["unit"]] if place == 0 else ["", ""]
            found = peer["figures"]
            if found is None:
                lines.append([*first, "", peer["peer"], "-", "-", "", "", ""])
                continue
            ratios = [f"{found[key]:.2f}" for key in ("ratio", "least", "most")]
            lines.append([*first, brief(found["ours"]), peer["peer"], brief(found["theirs"]), *ratios, others(found)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    left = {0, 1, 3}
    return ["  ".join(cell.ljust(width) if column in left else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines]


def others(found):
    """What others did, as the notes explain it."""
    if found["others"] is None:
        return "?"
    return f"{found['others']:.2f}{'!' if found['disturbed'] else ''}"


def brief(value):
    """Three digits that count, or all of a large number: 0.123, 12.3, 123,456."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def notes(results):
    """What a reader of the table must know."""
    lines = ["A ratio above 1 says that DigitKit is ahead: the median of paired windows, their least and most.",
             "others: how many cores others kept busy in the worst window; ! marks more than 0.03, which is not to be "
             "trusted, ? what the system does not tell."]
    for row in results["rows"]:
        read = [(peer["peer"], peer["correct"]) for peer in row["peers"] if peer["correct"] is not None]
        if row["correct"] is not None and read:
            lines.append(f"{row['row']}: of MNIST's 10,000 test pictures DigitKit reads {row['correct']} right, "
                         + ", ".join(f"{name} {correct}" for name, correct in read) + ".")
        lines += [f"{row['row']}: {peer['peer']} left out: {peer['failure']}"
                  for peer in row["peers"] if peer["failure"]]
    ahead = [f"{row['row']} ({peer['peer']}, {found['ratio']:.2f})" for row, peer, found in measured(results)
             if found["ratio"] < 1 and not row["row"].startswith("threads")]
    lines.append("Ahead of DigitKit: " + (", ".join(ahead) if ahead else "nobody") + ".")
    return lines
