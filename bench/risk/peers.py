"""Compares with scikit-learn's histogram boosting on child-years, on the same folds. Argument: the folder of a table (part.u8: 0 train,
1 validation, 2 test). Prints AUC by horizon on test children of block 0, and CPU seconds."""

import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

[folder] = sys.argv[1:]
head = json.load(open(f"{folder}/table.json"))
rows = head["rows"]
x = np.fromfile(f"{folder}/columns.f32", dtype="<f4").reshape(-1, rows).T
x = np.where(np.isinf(x), 1e6, x)
block, outcome = (np.fromfile(f"{folder}/{name}.u8", dtype="u1") for name in ("block", "outcome"))
exposure, observed = (
    np.fromfile(f"{folder}/{name}.f32", dtype="<f4").reshape(rows, 5) for name in ("exposure", "observed")
)
part = np.fromfile(f"{folder}/part.u8", dtype="u1")
fit = (block == 0) & (part < 2)
pieces, events, weights = [], [], []
for year in range(5):
    at_risk = fit & ((outcome == 0) | (outcome > year)) & (observed[:, year] > 0)
    pieces.append(np.column_stack([x[at_risk], np.full(at_risk.sum(), year)]))
    events.append(outcome[at_risk] == year + 1)
    weights.append(np.where(events[-1], 1, observed[at_risk, year]))
started = time.process_time()
model = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=300, max_leaf_nodes=15, min_samples_leaf=40)
model.fit(np.vstack(pieces), np.concatenate(events), np.concatenate(weights))
print(f"histogram boosting: {time.process_time() - started:.0f} CPU s")
none = np.ones(rows)
for year in range(5):
    hazard = model.predict_proba(np.column_stack([x, np.full(rows, year)]))[:, 1]
    none *= (1 - hazard) ** exposure[:, year]
    seen = (block == 0) & (part == 2) & (observed[:, : year + 1] >= exposure[:, : year + 1]).all(axis=1)
    event = (outcome > 0) & (outcome <= year + 1)
    print(f"  {year + 1} years: AUC {roc_auc_score(event[seen], 1 - none[seen]):.4f} of {seen.sum()} children")
