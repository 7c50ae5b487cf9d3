# SPDX-License-Identifier: Apache-2.0
import sys
from pathlib import Path

TOOL = Path(__file__).resolve().parent.parent
ROOT = TOOL.parent.parent
sys.path[:0] = [str(TOOL), str(TOOL.parent / "minilm")]
