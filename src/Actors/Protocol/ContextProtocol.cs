using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Generation.Context;
using MlxActors.Models.Chat;

namespace MlxActors.Actors.Protocol;

/// <summary>What <c>ContextActor</c> and <c>SummariesActor</c> are told and tell.</summary>
public static class ContextProtocol
{
    /// <summary>To the generation: how many messages are about to be summarised.</summary>
    public sealed record Summarizing(int Messages);

    /// <summary>How it ended, told to the generation once; nothing of it is in the engine any more.</summary>
    public abstract record Ended
    {
        private Ended()
        {
        }

        /// <summary>A summary stands for the older messages.</summary>
        public sealed record Shortened(Conversation Conversation, SummaryUsage Usage) : Ended;

        /// <summary>There is nothing to summarise, or the model said nothing.</summary>
        public sealed record NotShortened : Ended;

        public sealed record Failed(GenerationError Error) : Ended;

        /// <summary>The engine broke, and not over this.</summary>
        public sealed record Lost(string Reason) : Ended;
    }

    /// <summary>From the generation: nobody wants it any more. <see cref="Ended"/> follows nevertheless.</summary>
    public sealed record Cancel
    {
        public static Cancel Instance { get; } = new();
    }

    /// <summary>Asks for the summary of the most of these messages; <see cref="Recalled"/> answers.</summary>
    /// <param name="Prefixes">See <see cref="ConversationKey.Prefixes"/>.</param>
    public sealed record Recall(string Model, ImmutableArray<ConversationKey> Prefixes);

    /// <param name="Summary">Null when there is none.</param>
    public sealed record Recalled(KeptSummary? Summary);

    public sealed record Remember(string Model, ConversationKey Conversation, string Summary);
}
