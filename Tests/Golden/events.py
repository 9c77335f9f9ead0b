#!/usr/bin/env python3
"""Writes events.tfevents: a text, two numbers and a picture as TensorBoard's own code stores them.

    python Tests/Golden/events.py           needs tensorboard (made with 2.21)

The tests read the file alone; run this to make it anew.
"""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.record_writer import RecordWriter


def event(step, value):
    return Event(wall_time=1_700_000_000.25, step=step, summary=Summary(value=[value]))


text = TensorProto(
    dtype="DT_STRING",
    tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    string_val=["| seed | ż |".encode()],
)
plugin = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
events = [
    Event(wall_time=1_700_000_000.25, file_version="brain.Event:2"),
    event(0, Summary.Value(tag="run/text_summary", tensor=text, metadata=plugin)),
    event(50, Summary.Value(tag="loss/training", simple_value=0.625)),
    event(300, Summary.Value(tag="accuracy/validation", simple_value=-1.5)),
    event(
        1 << 40,
        Summary.Value(
            tag="filters/conv1",
            image=Summary.Image(height=3, width=200, colorspace=1, encoded_image_string=b"\x89PNG\x00"),
        ),
    ),
]
with open(Path(__file__).with_name("events.tfevents"), "wb") as file:
    writer = RecordWriter(file)
    for one in events:
        writer.write(one.SerializeToString())
    writer.flush()
