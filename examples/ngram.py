"""A word-level n-gram model: two words in, the next word's probabilities out, and word vectors as a by-product."""

from __future__ import annotations

import minitorch_nn as torch
import minitorch_nn.nn as nn
import minitorch_nn.nn.functional as F
import minitorch_nn.optim as optim

TEXT = """the river runs down to the sea and the sea runs up to the land
the land holds the river and the river holds the rain
the rain falls on the land and the land drinks the rain
and the rain runs down to the river where the river runs down to the sea again"""


class NGramLanguageModeler(nn.Module):
    def __init__(self, vocab_size, embedding_dim, context_size):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.linear1 = nn.Linear(context_size * embedding_dim, 64)
        self.linear2 = nn.Linear(64, vocab_size)

    def forward(self, inputs):
        embeds = self.embeddings(inputs).view((1, -1))
        out = F.relu(self.linear1(embeds))
        return F.log_softmax(self.linear2(out), dim=1)


def main(epochs: int = 5) -> list[float]:
    torch.manual_seed(1)
    text = TEXT.split()
    ngrams = [(text[i - 2 : i], text[i]) for i in range(2, len(text))]
    word_to_ix = {word: i for i, word in enumerate(sorted(set(text)))}
    ix_to_word = {i: word for word, i in word_to_ix.items()}
    print(ngrams[:3], len(word_to_ix), "words")
    model = NGramLanguageModeler(len(word_to_ix), 10, 2)
    loss_function = nn.NLLLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(epochs):
        total_loss = 0.0
        for context, target in ngrams:
            context_idxs = torch.tensor([word_to_ix[w] for w in context], dtype=torch.long)
            model.zero_grad()
            log_probs = model(context_idxs)
            loss = loss_function(log_probs, torch.tensor([word_to_ix[target]], dtype=torch.long))
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        losses.append(total_loss)
    print([round(loss, 3) for loss in losses])

    words = ["the", "river"]
    for _ in range(8):
        with torch.no_grad():
            context_idxs = torch.tensor([word_to_ix[w] for w in words[-2:]])
            words.append(ix_to_word[model(context_idxs).argmax(1).item()])
    print(" ".join(words))
    sea = model.embeddings.weight[word_to_ix["sea"]]
    print(sea)
    similarity = F.cosine_similarity(sea.unsqueeze(0), model.embeddings.weight)
    print("like sea:", [ix_to_word[i.item()] for i in similarity.topk(3).indices])
    return [losses[0], losses[-1]]


if __name__ == "__main__":
    main()
