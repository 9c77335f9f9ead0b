"""Tests of what needs no framework: python3 -B -m unittest discover -s bench/peers"""
import csv
import pathlib
import tempfile
import time
import unittest
import unittest.mock
import xml.etree.ElementTree
import zlib

import chart
import idx
import models
import results
import rows
import sides
import time_to_99
import turns
from networks import NETWORKS, count_of
from sides import Sample, SideError


class Scripted:
    """A side that has its samples already; the number of windows after which it fails."""

    def __init__(self, label, samples, starts=True):
        self.label, self.samples, self.starts = label, list(samples), starts
        self.stopped = 0

    def start(self, setting):
        if not self.starts:
            raise SideError("is not installed")

    def measured(self):
        if not self.samples:
            raise SideError("ended")
        return self.samples.pop(0)

    def stop(self):
        self.stopped += 1


def samples(*rates, others=0.0):
    return [Sample(rate, peak=100.0, others=others) for rate in rates]


def row(ours, *peers, unit="images/s", threads=1):
    return rows.Row("train-lenet5", unit, threads, ours, peers)


def measured(row, rounds):
    return turns.measure_row(row, setting=None, rounds=rounds, tell=lambda words: None)


def setUpModule():
    turns.PAUSE = 0


class Networks(unittest.TestCase):
    def test_have_as_many_parameters_as_digitkit_counts(self):
        counted = {"lenet5": 44_426, "keras-cnn": 225_034, "pytorch-cnn": 421_642, "conv3": 904_522,
                   "vgg16": 14_989_770, "resnet18": 11_172_810}
        self.assertEqual({name: count_of(name) for name in NETWORKS}, counted)

    def test_name_layers_as_digitkits_files_do(self):
        names = [layer.name for layer in NETWORKS["vgg16"].layers if hasattr(layer, "name")]
        self.assertEqual(names[:4], ["conv1", "norm1", "conv2", "norm2"])
        self.assertEqual(names[-2:], ["dense1", "dense2"])


class Turns(unittest.TestCase):
    def test_pairs_each_window_with_the_one_before_it(self):
        ours = Scripted("DigitKit", samples(10, 20, 30, 40, 50, 60))
        one, other = Scripted("one", samples(5, 10, 10)), Scripted("other", samples(10, 10, 10))
        first, second = measured(row(ours, one, other), rounds=3)
        self.assertEqual([sample.rate for sample in first.ours], [10, 30, 50])
        found = turns.figures(first, "images/s")
        self.assertEqual((found.ratio, found.least, found.most, found.rounds), (3, 2, 5, 3))
        self.assertEqual((found.ours, found.theirs), (30, 10))
        self.assertEqual([sample.rate for sample in second.ours], [20, 40, 60])

    def test_a_ratio_above_one_is_ours_in_every_unit(self):
        pair = turns.Pair("peer", [Sample(4, 50, 0)], [Sample(2, 200, 0)])
        self.assertEqual([turns.figures(pair, unit).ratio for unit in ("images/s", "µs", "ms", "MiB")], [2, 2, 2, 4])
        self.assertEqual(turns.figures(pair, "µs").ours, 250_000)

    def test_a_disturbed_window_is_measured_again(self):
        ours = Scripted("DigitKit", samples(1, 2, others=0.5) + samples(3) + samples(9))
        pair, = measured(row(ours, Scripted("peer", samples(1))), rounds=1)
        self.assertEqual(pair.ours[0].rate, 3)
        self.assertFalse(turns.figures(pair, "images/s").disturbed)

    def test_what_stays_disturbed_is_marked_and_the_quietest_counts(self):
        noisy = [Sample(rate, 1, others) for rate, others in ((1, 0.4), (2, 0.2), (3, 0.3), (4, 0.9))]
        pair, = measured(row(Scripted("DigitKit", samples(1)), Scripted("peer", noisy)), rounds=1)
        self.assertEqual(pair.theirs[0].rate, 2)
        self.assertTrue(turns.figures(pair, "images/s").disturbed)
        self.assertEqual(turns.figures(pair, "images/s").others, 0.2)

    def test_peers_that_fail_keep_nobody_from_taking_part(self):
        absent, dying = Scripted("absent", [], starts=False), Scripted("dying", samples(2))
        well = Scripted("well", samples(1, 1))
        pairs = measured(row(Scripted("DigitKit", samples(2, 2, 2, 2)), absent, dying, well), rounds=2)
        self.assertEqual([pair.failure for pair in pairs], ["is not installed", "ended", None])
        self.assertEqual([len(pair.theirs) for pair in pairs], [0, 1, 2])
        self.assertEqual([len(pair.ours) for pair in pairs], [0, 1, 2])
        self.assertTrue(all(peer.stopped for peer in (absent, dying, well)))

    def test_workers_are_stopped_when_digitkit_fails(self):
        peer = Scripted("peer", samples(1))
        with self.assertRaises(SideError):
            measured(row(Scripted("DigitKit", []), peer), rounds=1)
        self.assertEqual(peer.stopped, 1)


class Rows(unittest.TestCase):
    def test_have_names_of_their_own_in_groups_that_are_told(self):
        names = [row.name for row in rows.all_rows(2, bfloat16=True)]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual({name.split("-")[0] for name in names}, set(rows.GROUPS))

    def test_are_chosen_by_name_or_group(self):
        known = rows.all_rows(2, bfloat16=False)
        self.assertEqual([row.name for row in rows.chosen(known, ["one-vgg16", "one"])],
                         ["one-vgg16", "one-lenet5", "one-keras-cnn"])
        self.assertEqual(rows.chosen(known, []), known)
        with self.assertRaises(KeyError):
            rows.chosen(known, ["train-lenet6"])

    def test_16_bits_and_several_threads_only_where_there_are(self):
        modes = [peer.mode for peer in rows.all_rows(1, bfloat16=False)[0].peers]
        self.assertNotIn("bf16", modes)
        self.assertIn("bf16", [peer.mode for peer in rows.all_rows(1, bfloat16=True)[0].peers])
        self.assertFalse([row for row in rows.all_rows(1, bfloat16=False) if row.group == "threads"])


class Results(unittest.TestCase):
    def setUp(self):
        pair = turns.Pair("A & B 1.0", [Sample(150_000, 90, 0.2)], [Sample(30_000, 600, 0.0)], correct=9452)
        behind = turns.Pair("<C>", samples(10), samples(40))
        absent = turns.Pair("D", failure="No module named 'd'")
        self.results = {"about": {"date": "today", "machine": "<P> & Q"},
                        "rows": [turns.as_values(row(None, threads=2), [pair, behind, absent], correct=9450)]}

    def test_text_tells_ratios_doubts_and_who_is_ahead(self):
        text = results.as_text(self.results)
        for part in ("150,000", "A & B 1.0", "5.00", "0.20!", "0.25", "Ahead of DigitKit: train-lenet5 (<C>, 0.25).",
                     "D left out: No module named 'd'", "reads 9450 right, A & B 1.0 9452"):
            self.assertIn(part, text)

    def test_csv_has_a_line_for_each_peer(self):
        lines = [line for line in results.as_csv(self.results).splitlines() if not line.startswith("#")]
        read = list(csv.DictReader(lines))
        self.assertEqual([line["ratio"] for line in read], ["5", "0.25", ""])
        self.assertEqual([line["failure"] for line in read], ["", "", "No module named 'd'"])

    def test_the_chart_is_xml_with_a_bar_for_each_ratio(self):
        root = xml.etree.ElementTree.fromstring(results.chart(self.results))
        bars = [found.get("class") for found in root.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(bars, ["ahead", "behind"])

    def test_the_scale_grows_from_left_to_right_and_keeps_within(self):
        scale = chart.Scale([0.3, 1, 7])
        places = [scale.x(ratio) for ratio in (0.0001, 0.3, 1, 7, 1e9)]
        self.assertEqual(places, sorted(places))
        self.assertEqual((places[0], places[-1]), (chart.LEFT, chart.WIDTH - chart.RIGHT))

    def test_nothing_measured_is_written_as_well(self):
        empty = {"about": self.results["about"], "rows": []}
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "new"
            results.write(folder, empty)
            results.write(folder, self.results)
            self.assertEqual(sorted(path.name for path in folder.iterdir()),
                             ["results.csv", "results.json", "results.svg", "results.txt"])


class Sides(unittest.TestCase):
    def test_a_programs_end_is_told(self):
        ended = sides.finished(["/bin/sh", "-c", "echo first; sleep 0.2; echo last"])
        self.assertEqual(ended.out, "first\nlast\n")
        self.assertGreater(ended.peak, 0)
        with self.assertRaisesRegex(SideError, "no such thing"):
            sides.finished(["/bin/sh", "-c", "echo long story >&2; echo no such thing >&2; exit 3"])

    def test_patience_ends(self):
        began = time.monotonic()
        with self.assertRaisesRegex(SideError, "within 0.1 s"):
            sides.finished(["/bin/sh", "-c", "exec sleep 60"], patience=0.1)
        self.assertLess(time.monotonic() - began, 30)


class Workers(unittest.TestCase):
    """Programs that speak as workers do, without a framework."""

    def worker(self, *lines):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        (path / "in_pretended.py").write_text("\n".join(lines))
        self.enterContext(unittest.mock.patch.object(sides, "PEERS", path))
        worker = sides.Worker("pretended", "Pretended", "train", "lenet5", "plain", threads=1, batch=64)
        self.addCleanup(worker.stop)
        return worker

    setting = sides.Setting("mnist", seconds=0.5, patience=20, models=None)
    ready = """print('{"ready": "Pretended 1.0", "about": "16 bits", "correct": 7}', flush=True)"""

    def test_is_asked_for_windows_and_answers(self):
        worker = self.worker(self.ready, "import sys", "for line in sys.stdin:",
                             """  print('{"rate": %g, "peak": 3}' % (2 * float(line)), flush=True)""")
        worker.start(self.setting)
        self.assertEqual((worker.label, worker.correct), ("Pretended 1.0 plain (16 bits)", 7))
        self.assertEqual([worker.measured().rate for _ in range(2)], [1, 1])

    def test_says_why_it_did_not_start(self):
        worker = self.worker("import a_framework_that_is_not_here")
        with self.assertRaisesRegex(SideError, "No module named 'a_framework_that_is_not_here'"):
            worker.start(self.setting)

    def test_that_died_between_windows_says_why(self):
        worker = self.worker(self.ready, "raise SystemExit('out of memory')")
        worker.start(self.setting)
        worker.process.wait()
        with self.assertRaisesRegex(SideError, "out of memory"):
            worker.measured()

    def test_that_is_silent_is_given_up(self):
        worker = self.worker("import time", "time.sleep(60)")
        with self.assertRaisesRegex(SideError, "no answer within 0.1 s"):
            worker.start(sides.Setting("mnist", seconds=1, patience=0.1, models=None))


class TimeTo99(unittest.TestCase):
    def test_means_are_of_each_side_and_number_of_passes(self):
        def run(side, passes, accuracy, seconds):
            return {"side": side, "passes": passes, "accuracy": accuracy, "seconds": seconds,
                    "seconds without imports": seconds}

        points = time_to_99.points([run("DigitKit", 1, 0.98, 1.0), run("PyTorch", 1, 0.97, 9.0),
                                    run("DigitKit", 1, 0.99, 3.0), run("DigitKit", 2, 0.995, 4.0)])
        self.assertEqual([(point["side"], point["passes"], point["accuracy"], point["seconds"]) for point in points],
                         [("DigitKit", 1, 0.985, 2.0), ("PyTorch", 1, 0.97, 9.0), ("DigitKit", 2, 0.995, 4.0)])
        self.assertAlmostEqual(points[0]["deviation"], 0.00707, 5)
        found = {"about": {"date": "today", "machine": "a & b"}, "points": points}
        self.assertIn("98.500 ± 0.707", time_to_99.as_text(found))
        picture = xml.etree.ElementTree.fromstring(time_to_99.curve(found))
        self.assertEqual(len(picture.findall("{http://www.w3.org/2000/svg}circle")), 3)


class Files(unittest.TestCase):
    def test_a_missing_file_of_mnist_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in idx.PARTS[:3]:
                (pathlib.Path(folder) / (name + ".gz")).touch()
            self.assertEqual(idx.missing(folder), "t10k-labels-idx1-ubyte")

    def test_a_picture_as_png(self):
        file = models.png(bytes(range(4)), 2)
        self.assertEqual(file[:8], b"\x89PNG\r\n\x1a\n")
        at = file.index(b"IDAT")
        size = int.from_bytes(file[at - 4:at], "big")
        self.assertEqual(zlib.decompress(file[at + 4:at + 4 + size]), b"\0\0\1\0\2\3")


if __name__ == "__main__":
    unittest.main()
