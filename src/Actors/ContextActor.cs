using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Context;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.ContextProtocol;

namespace MlxActors.Actors;

/// <summary>What a conversation is shortened with, and how.</summary>
/// <param name="Granted">The model, which stays for as long as the generation has not left.</param>
/// <param name="Summaries">The <see cref="SummariesActor"/>.</param>
public sealed record ShortenConversation(
    Conversation Conversation, GenerationProtocol.Granted Granted, IActorRef Summaries, IMediaDecoder Media, ShorteningAttempt Attempt);

/// <summary>How much is tried to shorten a conversation: one after the other, until it fits.</summary>
public enum ShorteningAttempt
{
    /// <summary>The summary of an earlier turn, with all messages since then; where there is none, as <see cref="Extend"/>.</summary>
    Reuse,

    /// <summary>A summary of all older messages, which goes on from that of an earlier turn.</summary>
    Extend,

    /// <summary>A new summary of all of them, and a shorter: the one before was empty or too long.</summary>
    Anew,
}

/// <summary>
/// Shortens one conversation that has outgrown the window: asks the loaded model for a summary of the older messages, piece by piece when they
/// are long, each an ordinary sequence of the engine beside those of other requests. It runs in the place of its generation, which has no
/// sequence of its own meanwhile, and whose child it is.
/// </summary>
public sealed class ContextActor : ReceiveActor
{
    private const int MostTokens = 256;
    private const int MostTokensAnew = 64;

    private readonly ShortenConversation _task;
    private readonly CancellationTokenSource _cancelled = new();
    private RequestId? _sequence;
    private int _tokens;
    private int? _longestPiece;

    public ContextActor(ShortenConversation task)
    {
        _task = task;
        if (ConversationCut.Of(task.Conversation.Messages) is { } cut)
        {
            Reading(cut);
        }
        else
        {
            End(new Ended.NotShortened());
        }
    }

    private int ReplyTokens => _task.Attempt is ShorteningAttempt.Anew ? MostTokensAnew : MostTokens;

    private IActorRef Engine => _task.Granted.Engine;

    public static Props Props(ShortenConversation task) => Akka.Actor.Props.Create(() => new ContextActor(task));

    /// <summary>When the generation stops before this has ended, its sequence must not go on.</summary>
    protected override void PostStop()
    {
        _cancelled.Cancel();
        if (_sequence is { } id)
        {
            Engine.Tell(new EngineProtocol.Cancel(id));
        }
    }

    // States

    /// <summary>The older messages are tokenized and hashed on the thread pool.</summary>
    private void Reading(ConversationCut cut)
    {
        Context.Parent.Tell(new Summarizing(cut.Older.Length));
        var (processor, window, media) = (_task.Granted.Processor, _task.Granted.Info.ContextWindow, _task.Conversation.Media);
        PipeToSelf(() => OlderMessages.Read(cut, processor, media, TranscriptPieces.LongestPiece(window, int.MaxValue)));
        Receive<OlderMessages>(older =>
        {
            if (_task.Attempt is ShorteningAttempt.Anew)
            {
                NextPiece(older, nextLine: 0, summary: null);
            }
            else
            {
                _task.Summaries.Tell(new Recall(_task.Granted.Model.Directory, older.Keys));
                Become(() => Recalling(older));
            }
        });
        ReceiveEnd();
    }

    private void Recalling(OlderMessages older)
    {
        Receive<Recalled>(recalled =>
        {
            if (recalled.Summary is not { } known)
            {
                NextPiece(older, nextLine: 0, summary: null);
            }
            else if (_task.Attempt is ShorteningAttempt.Reuse && older.Cut.With(known.Text, known.Messages) is { } messages)
            {
                Shortened(messages, known.Messages);
            }
            else
            {
                NextPiece(older, older.LineEnds[known.Messages - 1], known.Text);
            }
        });
        ReceiveEnd();
    }

    private void Preparing(OlderMessages older, int end)
    {
        Receive<PieceReady>(piece =>
        {
            switch (piece.Request)
            {
                case Result<SequenceRequest, GenerationError>.Ok(var request):
                    _sequence = request.Id;
                    Engine.Tell(new EngineProtocol.Admit(_task.Granted.Model, request, Self));
                    Become(() => Running(older, end));
                    break;
                case Result<SequenceRequest, GenerationError>.Error(var error):
                    End(error is GenerationError.ContextLengthExceeded ? new Ended.NotShortened() : new Ended.Failed(error));
                    break;
            }
        });
        ReceiveEnd();
    }

    private void Running(OlderMessages older, int end)
    {
        var (answer, text) = (NewAnswer(), new StringBuilder());
        Ended? failure = null;
        Receive<EngineProtocol.Sampled>(sampled =>
        {
            _tokens++;
            text.Append(answer.Add(sampled.Token, sampled.Finished).Text);
        });
        Receive<EngineProtocol.Failed>(failed => failure = new Ended.Failed(failed.Error));
        Receive<EngineProtocol.Lost>(lost =>
        {
            _sequence = null;
            End(new Ended.Lost(lost.Reason));
        });
        Receive<EngineProtocol.Released>(_ =>
        {
            _sequence = null;
            var summary = text.ToString().Trim();
            if (failure is not null || _cancelled.IsCancellationRequested || summary.Length == 0)
            {
                End(failure ?? new Ended.NotShortened());
            }
            else
            {
                NextPiece(older, end, summary);
            }
        });
        Receive<Cancel>(_ =>
        {
            _cancelled.Cancel();
            if (_sequence is { } id)
            {
                Engine.Tell(new EngineProtocol.Cancel(id));
            }
        });
    }

    /// <summary>In every state without a sequence.</summary>
    private void ReceiveEnd()
    {
        Receive<Cancel>(_ => End(new Ended.NotShortened()));
        Receive<Status.Failure>(failed => End(new Ended.Failed(
            new GenerationError.EngineFailed($"the conversation could not be summarised: {failed.Cause.Message}"))));
    }

    // Steps

    /// <param name="nextLine">The first line that no summary stands for yet.</param>
    /// <param name="summary">Of the lines before; null at the beginning.</param>
    private void NextPiece(OlderMessages older, int nextLine, string? summary)
    {
        if (summary is not null && nextLine == older.Lines.Length)
        {
            _task.Summaries.Tell(new Remember(_task.Granted.Model.Directory, older.Keys[^1], summary));
            Shortened(older.Cut.With(summary), older.Keys.Length);
            return;
        }
        _longestPiece ??= TranscriptPieces.LongestPiece(
            _task.Granted.Info.ContextWindow, older.Lines.Skip(nextLine).Sum(line => line.Tokens));
        var (granted, media, reply, cancellation) = (_task.Granted, _task.Media, ReplyTokens, _cancelled.Token);
        var taken = summary is null ? 0 : granted.Processor.Encode(summary).Length;
        var end = TranscriptPieces.End(older.Lines, nextLine, taken, _longestPiece.Value);
        var piece = Transcript.Request(summary, older.Lines[nextLine..end].Select(line => line.Text));
        PipeToSelf(() => new PieceReady(ToSequence(piece, granted, media, reply, cancellation)));
        Become(() => Preparing(older, end));
    }

    private static Result<SequenceRequest, GenerationError> ToSequence(
        Conversation piece, GenerationProtocol.Granted granted, IMediaDecoder media, int reply, CancellationToken cancellation)
    {
        var request = new GenerationRequest(
            RequestId.New(), granted.Model.Id, piece, SamplingOptions.Unset with { Temperature = 0 }, reply, []);
        return granted.Processor.Prepare(piece, media, cancellation)
            .MapError<GenerationError>(error => new GenerationError.InvalidPrompt(granted.Model.Id, error.Message, error.Field))
            .Bind(prompt => SequenceRequest.Of(
                request, granted.Info, granted.Processor.CallSyntax, prompt, freshSeed: 0, new ReplyRoom(reply, reply), credit: reply));
    }

    private AnswerText NewAnswer() => new(
        _task.Granted.Processor.NewDecoder(), StopText.Of([]), _task.Granted.Processor.NewParser([], single: false));

    private void PipeToSelf<T>(Func<T> work) => Task.Run(work).PipeTo(Self);

    /// <param name="count">How many messages the summary stands for.</param>
    private void Shortened(ImmutableArray<ChatMessage> messages, int count) =>
        End(new Ended.Shortened(_task.Conversation with { Messages = messages }, new SummaryUsage(count, _tokens)));

    private void End(Ended ended)
    {
        Context.Parent.Tell(ended);
        Context.Stop(Self);
    }

    private sealed record PieceReady(Result<SequenceRequest, GenerationError> Request);

    /// <summary>What is to be summarised, as lines; and names for its beginnings.</summary>
    /// <param name="LineEnds">By message: the line behind its last.</param>
    private sealed record OlderMessages(
        ConversationCut Cut, ImmutableArray<TranscriptLine> Lines, ImmutableArray<int> LineEnds, ImmutableArray<ConversationKey> Keys)
    {
        public static OlderMessages Read(
            ConversationCut cut, IProcessor processor, ImmutableArray<MediaSource> media, int longest)
        {
            var (lines, ends) = (ImmutableArray.CreateBuilder<TranscriptLine>(), ImmutableArray.CreateBuilder<int>());
            foreach (var message in cut.Older)
            {
                lines.AddRange(TranscriptPieces.Lines(Transcript.Line(message), longest, text => processor.Encode(text).Length));
                ends.Add(lines.Count);
            }
            return new OlderMessages(cut, lines.ToImmutable(), ends.ToImmutable(), ConversationKey.Prefixes(cut.Older, media));
        }
    }
}
