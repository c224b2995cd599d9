using System.Collections.Immutable;

namespace MlxActors.Generation.Context;

/// <summary>The summary of the first <paramref name="Messages"/> messages of a conversation.</summary>
public sealed record KeptSummary(int Messages, string Text);

/// <summary>
/// Summaries by what they stand for, so that the next turn of a conversation goes on from the last one. The ones used last stay.
/// Immutable.
/// </summary>
/// <param name="Capacity">Summaries that are kept.</param>
public sealed record SummaryStore(int Capacity)
{
    private ImmutableDictionary<(string Model, ConversationKey Conversation), (string Text, long Used)> Summaries { get; init; } =
        ImmutableDictionary<(string, ConversationKey), (string, long)>.Empty;

    private long Uses { get; init; }

    public int Count => Summaries.Count;

    /// <param name="model">The checkpoint that made the summary.</param>
    public SummaryStore Add(string model, ConversationKey conversation, string summary)
    {
        var summaries = Summaries.SetItem((model, conversation), (summary, Uses));
        if (summaries.Count > Capacity)
        {
            summaries = summaries.Remove(summaries.MinBy(entry => entry.Value.Used).Key);
        }
        return this with { Summaries = summaries, Uses = Uses + 1 };
    }

    /// <summary>The summary of the most of these messages; null when there is none. It counts as used.</summary>
    /// <param name="prefixes">See <see cref="ConversationKey.Prefixes"/>.</param>
    public (SummaryStore Store, KeptSummary? Found) Find(string model, ImmutableArray<ConversationKey> prefixes)
    {
        for (var messages = prefixes.Length; messages > 0; messages--)
        {
            var key = (model, prefixes[messages - 1]);
            if (Summaries.TryGetValue(key, out var summary))
            {
                var used = this with { Summaries = Summaries.SetItem(key, (summary.Text, Uses)), Uses = Uses + 1 };
                return (used, new KeptSummary(messages, summary.Text));
            }
        }
        return (this, null);
    }
}
