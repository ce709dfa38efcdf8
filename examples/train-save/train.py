"""Train a small model and save it where the caller asked for it."""
import pickle
import sys

import numpy
from sklearn.linear_model import LogisticRegression

rng = numpy.random.default_rng(7)
points = rng.normal(size=(400, 2))
labels = (points @ [2.0, -1.0] > 0.3).astype(int)
model = LogisticRegression().fit(points[:300], labels[:300])

with open(sys.argv[1], "wb") as file:
    pickle.dump(model, file)
print(f"accuracy {model.score(points[300:], labels[300:]):.2f}, saved to {sys.argv[1]}")
