"""Recurrent nets: names of three made-up languages told apart letter by letter, then an LSTM that writes a text."""

from __future__ import annotations

import random

import minitorch_nn as torch
from minitorch_nn import nn
from minitorch_nn.nn import functional as F

LANGUAGES = {"northern": ("ksvt", "oau"), "southern": ("lmnr", "aie"), "eastern": ("zhgd", "uyo")}
LETTERS = sorted(set("".join(a + b for a, b in LANGUAGES.values())))
TEXT = "the wind turns the mill, the mill turns the stone, the stone turns the grain into flour, and the wind goes on. "


def made_name(language):
    consonants, vowels = LANGUAGES[language]
    return "".join(random.choice(consonants) + random.choice(vowels) for _ in range(random.randint(2, 4)))


def name_to_tensor(name):
    """One-hot letters, (length, 1, number of letters)."""
    return F.one_hot(torch.tensor([LETTERS.index(c) for c in name]), len(LETTERS)).float().unsqueeze(1)


class CellByHand(nn.Module):
    """The recurrence written out: the new hidden state sees the letter and the old hidden state."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size, hidden_size)
        self.h2h = nn.Linear(hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, name):
        hidden = torch.zeros(1, self.hidden_size)
        for letter in name:
            hidden = torch.tanh(self.i2h(letter) + self.h2h(hidden))
        return self.softmax(self.h2o(hidden))


class ByLayer(nn.Module):
    """The same with a layer of `nn`: RNN or GRU."""

    def __init__(self, layer, input_size, hidden_size, output_size):
        super().__init__()
        self.rnn = layer(input_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, name):
        _, hidden = self.rnn(name)
        return F.log_softmax(self.h2o(hidden[-1]), dim=1)


def classify(model, steps):
    random.seed(0)
    criterion = nn.NLLLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    running = 0.0
    for _ in range(steps):
        target = random.randrange(len(LANGUAGES))
        output = model(name_to_tensor(made_name(list(LANGUAGES)[target])))
        loss = criterion(output, torch.tensor([target]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running += (loss.item() - running) / 20
    with torch.no_grad():
        guess = list(LANGUAGES)[model(name_to_tensor("zuhy")).argmax().item()]
    print(f"{type(model).__name__}: loss {running:.4f}, zuhy is {guess}")
    return running


class CharLSTM(nn.Module):
    def __init__(self, letters, embedding=8, hidden=32, layers=2):
        super().__init__()
        self.embedding = nn.Embedding(letters, embedding)
        self.lstm = nn.LSTM(embedding, hidden, num_layers=layers, batch_first=True)
        self.fc = nn.Linear(hidden, letters)

    def forward(self, x, state=None):
        out, state = self.lstm(self.embedding(x), state)  # (batch, time, hidden)
        return self.fc(out), state


def write(steps, batch=4, length=16):
    letters = sorted(set(TEXT))
    data = torch.tensor([letters.index(c) for c in TEXT])
    model = CharLSTM(len(letters))
    print(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(steps):
        starts = torch.randint(len(data) - length, (batch,)).tolist()
        x = torch.stack([data[i : i + length] for i in starts])
        y = torch.stack([data[i + 1 : i + length + 1] for i in starts])
        logits, _ = model(x)
        loss = F.cross_entropy(logits.transpose(1, 2), y)  # classes in dimension 1
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {step}: loss {loss.item():.4f}")
    state, last, written = None, torch.tensor([[letters.index("t")]]), "t"
    with torch.no_grad():
        for _ in range(40):
            logits, state = model(last, state)  # the state carries what was read so far
            last = torch.multinomial(F.softmax(logits[:, -1] / 0.5, dim=-1), 1)
            written += letters[last.item()]
    print(written)
    return loss.item()


def main(names: int = 500, steps: int = 150) -> list[float]:
    torch.manual_seed(0)
    models = [CellByHand(len(LETTERS), 16, 3)]
    models += [ByLayer(layer, len(LETTERS), 16, 3) for layer in (nn.RNN, nn.GRU)]
    return [classify(model, names) for model in models] + [write(steps)]


if __name__ == "__main__":
    main()
