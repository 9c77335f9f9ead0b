"""Runs ONNX's own operator tests on the kernels. See `run` beside this file.

A case is a model, its inputs and its expected outputs, made by others. It passed if every instruction set that
this processor runs gives the expected outputs; it is not applicable if DigitKit has no kernel for it, with a reason.
"""

import argparse
import collections
import sys
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

from ckernels import Kernels, Library, default_library
from layout import NotApplicable, PaddingNotZero
from operators import OPERATORS, REARRANGE, SEVERAL_OUTPUTS

# ONNX's own runner allows 1e-3 relative and 1e-7 absolute. Kernels are held to less, and to an absolute
# error that grows with the largest number of the output.
RELATIVE, ABSOLUTE = 1e-5, 2e-6
# Expected numbers that were typed in with four digits.
TYPED = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 1e-3}


def attributes_of(node):
    """As Python values; a tensor as an array."""
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {name: numpy_helper.to_array(v) if isinstance(v, onnx.TensorProto) else v for name, v in values.items()}


def run_node(kernels, node, values, opset):
    inputs = [values[name] if name else None for name in node.input]
    attributes = attributes_of(node)
    if node.op_type in OPERATORS:
        function = OPERATORS[node.op_type][1]
        count = {"outputs": len(node.output)} if function in SEVERAL_OUTPUTS else {}
        return function(kernels, inputs, attributes, opset, **count)
    if node.op_type in REARRANGE:
        result = REARRANGE[node.op_type](inputs, attributes)
        return result if isinstance(result, list) else [result]
    raise NotApplicable(f"no kernel for {node.op_type}")


def run_model(kernels, model, inputs):
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    given = [i.name for i in model.graph.input if i.name not in values]
    values.update(zip(given, inputs))
    opset = max([o.version for o in model.opset_import if o.domain == ""], default=99)
    for node in model.graph.node:
        values.update(zip(node.output, run_node(kernels, node, values, opset)))
    return [values[o.name] for o in model.graph.output]


def load(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def compare(got, want, relative):
    """None, or what differs."""
    if len(got) != len(want):
        return f"{len(got)} outputs, expected {len(want)}"
    for i, (g, w) in enumerate(zip(got, want)):
        g = numpy.asarray(g)
        if g.shape != w.shape or g.dtype != w.dtype:
            return f"output {i} is {g.dtype} {g.shape}, expected {w.dtype} {w.shape}"
        largest = max(1.0, float(numpy.abs(w[numpy.isfinite(w)]).max(initial=0))) if w.dtype.kind == "f" else 0
        if not numpy.allclose(g, w, rtol=relative, atol=ABSOLUTE * largest, equal_nan=True):
            off = numpy.abs(g.astype(float) - w.astype(float))
            return f"output {i} differs by {off.max():.3g} at {numpy.unravel_index(off.argmax(), off.shape)}, allowed {ABSOLUTE * largest:.3g} and {relative:.3g} of it"
    return None


def run_case(folder, sets):
    """("passed", "") or ("failed" or "skipped", why)."""
    model = onnx.load(folder / "model.onnx")
    data = sorted(folder.glob("test_data_set_*"))
    if not data:
        return "failed", "no data"
    for kernels in sets:
        for one in data:
            number = lambda path: int(path.stem.split("_")[1])
            inputs = [load(p) for p in sorted(one.glob("input_*.pb"), key=number)]
            want = [load(p) for p in sorted(one.glob("output_*.pb"), key=number)]
            kernels.used.clear()
            try:
                problem = compare(run_model(kernels, model, inputs), want, TYPED.get(folder.name, RELATIVE))
            except NotApplicable as reason:
                return "skipped", str(reason)
            except PaddingNotZero:
                problem = "padded channels are not zero"
            except AssertionError as difference:
                problem = " ".join(str(difference).split())
            except Exception as error:  # a case this harness does not understand must not end the run
                problem = f"{type(error).__name__}: {error}"
            if not problem and not kernels.used:
                problem = "no kernel ran"
            if problem:
                return "failed", f"{kernels.isa}: {problem}"
    return "passed", ""


def group_of(folder):
    """The group of a case, or None if it is none of DigitKit's operators."""
    if folder.parent.name != "node":
        return "from PyTorch"
    if "expanded" in folder.name:
        return None  # the same cases, as graphs of smaller operators
    operators = [n.op_type for n in onnx.load(folder / "model.onnx").graph.node]
    return OPERATORS[operators[0]][0] if len(operators) == 1 and operators[0] in OPERATORS else None


def cases(names):
    data = Path(onnx.__file__).parent / "backend" / "test" / "data"
    for kind in ("node", "pytorch-converted"):
        for folder in sorted((data / kind).iterdir()):
            name = folder.name.removeprefix("test_")
            if (folder / "model.onnx").exists() and (not names or any(n in name for n in names)):
                group = group_of(folder)
                if group:
                    yield group, name, folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="only cases whose name contains one of these")
    parser.add_argument("--isa", help="only this instruction set")
    parser.add_argument("--verbose", action="store_true", help="a line for every case")
    options = parser.parse_args()
    library = Library(default_library())
    all_sets = library.instruction_sets()
    sets = [Kernels(library, name) for name, runs in all_sets if runs and options.isa in (None, name)]
    if not sets:
        sys.exit(f"no instruction set {options.isa}; there are {', '.join(name for name, runs in all_sets if runs)}")
    print(f"libckernels {library.version}, onnx {onnx.__version__}, sets: {', '.join(k.isa for k in sets)}")
    for name, runs in all_sets:
        if not runs:
            print(f"NOT RUN {name}: this processor lacks it")

    table = collections.defaultdict(collections.Counter)
    reasons, failures, operators = collections.defaultdict(list), [], set()
    for group, name, folder in cases(options.names):
        outcome, why = run_case(folder, sets)
        table[group][outcome] += 1
        if options.verbose:
            print(f"{outcome:8} {name} {why}")
        if outcome == "skipped":
            reasons[why].append(name)
        if outcome == "failed":
            failures.append((name, why))

    print("\nnot applicable:")
    for why, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"  {len(names):3} {why}: {', '.join(names)}")
    print(f"\n{'group':16}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for group, counts in table.items():
        print(f"{group:16}{counts['passed']:8}{counts['failed']:8}{counts['skipped']:8}")
    for name, why in failures:
        print(f"FAILED {name}: {why} -- again: Tests/Foreign/run {name}")
    total = sum(table.values(), collections.Counter())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    sys.exit(1 if failures or not total["passed"] else 0)


if __name__ == "__main__":
    main()
