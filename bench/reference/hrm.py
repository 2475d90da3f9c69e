"""Times the original's arithmetic in PyTorch on the CPU: the 27M configuration, 82 tokens, float32.

Usage: python3 bench/reference/hrm.py BATCH KIND ROUNDS [THREADS]; KIND is step, train or train-once (no second pass for the
target of the continue head). Prints the median of the rounds in seconds, as JSON. Attention is written out, as in every
version of PyTorch; the weights are random, since only the time is asked for.
"""
import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

TOKENS, PREFIX, VALUES, WIDTH, HEADS, LAYERS = 81, 1, 11, 512, 8, 4
FORWARD = 1536


def rms(x):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.output = nn.Linear(WIDTH, WIDTH, bias=False)
        self.gate_up = nn.Linear(WIDTH, 2 * FORWARD, bias=False)
        self.down = nn.Linear(FORWARD, WIDTH, bias=False)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape
        query, key, value = self.qkv(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        query, key = turn(query, cos, sin), turn(key, cos, sin)
        shares = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS), -1)
        x = rms(x + self.output((shares @ value).transpose(1, 2).reshape(batch, length, WIDTH)))
        gate, up = self.gate_up(x).chunk(2, -1)
        return rms(x + self.down(F.silu(gate) * up))


def turn(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin


class Hrm(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VALUES, WIDTH)
        self.high = nn.ModuleList(Block() for _ in range(LAYERS))
        self.low = nn.ModuleList(Block() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, VALUES, bias=False)
        self.q_head = nn.Linear(WIDTH, 2)
        angles = torch.outer(torch.arange(TOKENS + PREFIX), 10000 ** (-torch.arange(0, 64, 2) / 64)).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def reason(self, blocks, x):
        for block in blocks:
            x = block(x, self.cos, self.sin)
        return x

    def forward(self, high, low, tokens):
        given = F.pad(self.tokens(tokens), (0, 0, PREFIX, 0)) * math.sqrt(WIDTH)
        with torch.no_grad():
            low = self.reason(self.low, low + high + given)
            low = self.reason(self.low, low + high + given)
            high = self.reason(self.high, high + low)
            low = self.reason(self.low, low + high + given)
        low = self.reason(self.low, low + high + given)
        high = self.reason(self.high, high + low)
        return high.detach(), low.detach(), self.head(high)[:, PREFIX:], self.q_head(high[:, 0])


def log_stablemax(x):
    weight = torch.where(x < 0, 1 / (1 - x + 1e-30), x + 1)
    return torch.log(weight / weight.sum(-1, keepdim=True))


def train_step(model, moments, count, state, tokens, with_target):
    high, low, logits, q = model(*state, tokens)
    with torch.no_grad():
        target = torch.sigmoid(model(high, low, tokens)[3].max(-1).values) if with_target else q[:, 1].sigmoid()
        correct = (logits.argmax(-1) == tokens).all(-1).float()
    loss = F.nll_loss(log_stablemax(logits).flatten(0, 1), tokens.flatten(), reduction="sum") / TOKENS
    loss = loss + 0.5 * F.binary_cross_entropy_with_logits(q[:, 0], correct, reduction="sum")
    loss = loss + 0.5 * F.binary_cross_entropy_with_logits(q[:, 1], target, reduction="sum")
    (loss / len(tokens)).backward()
    adam_atan2(model, moments, count)
    return high, low


@torch.no_grad()
def adam_atan2(model, moments, count, rate=1e-4, beta1=0.9, beta2=0.95, decay=0.1):
    for parameter in model.parameters():
        first, second = moments.setdefault(parameter, (torch.zeros_like(parameter), torch.zeros_like(parameter)))
        first.lerp_(parameter.grad, 1 - beta1)
        second.mul_(beta2).addcmul_(parameter.grad, parameter.grad, value=1 - beta2)
        parameter.mul_(1 - rate * decay)
        direction = torch.atan2(first, second.sqrt().div_(math.sqrt(1 - beta2**count)))
        parameter.sub_(direction, alpha=rate / (1 - beta1**count))
        parameter.grad = None


def main():
    batch, kind, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if len(sys.argv) > 4:
        torch.set_num_threads(int(sys.argv[4]))
    torch.manual_seed(0)
    model, moments, taken = Hrm(), {}, []
    tokens = torch.randint(1, 10, (batch, TOKENS))
    state = (torch.randn(batch, TOKENS + PREFIX, WIDTH), torch.randn(batch, TOKENS + PREFIX, WIDTH))
    for count in range(1, rounds + 2):
        started = time.perf_counter()
        if kind == "step":
            with torch.no_grad():
                state = model(*state, tokens)[:2]
        else:
            state = train_step(model, moments, count, state, tokens, kind == "train")
        taken.append(time.perf_counter() - started)
    print(json.dumps({"seconds": statistics.median(taken[1:]), "version": torch.__version__}))


main()
