"""Places in the repository."""
import pathlib

PEERS = pathlib.Path(__file__).resolve().parent
ROOT = PEERS.parent.parent
BUILD = ROOT / "build" / "peers"
DIGITCTL = ROOT / ".build" / "release" / "digitctl"
# Built by bench/compare.
CLASSIFY = BUILD / "classify"
PEAK = BUILD / "peak"
