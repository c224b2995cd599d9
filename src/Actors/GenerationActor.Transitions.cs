using Akka.Actor;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using static MlxActors.Actors.Protocol.GenerationProtocol;

namespace MlxActors.Actors;

public sealed partial class GenerationActor
{
    /// <summary>Of the conversation as it came.</summary>
    private GenerationError.ContextLengthExceeded? _overflow;

    private void Prepare(Granted granted)
    {
        var (prompt, form, decoder, cancellation) = (_prompt, _request.Form, _media, _preparation.Token);
        Task.Run(() =>
            {
                // Here, and not in the first step: running answers would stop for it.
                ConstraintMasks.Of(granted.Processor, granted.Info).Prepare(form, granted.Processor.CallSyntax);
                return granted.Processor.Prepare(prompt, granted.Info.VocabSize, decoder, cancellation);
            }, cancellation)
            .PipeTo(Self, success: prepared => new Prepared(prepared), failure: cause => new PreparationFailed(cause));
        Become(() => Preparing(granted));
    }

    private void Admit(Granted granted, Result<PreparedPrompt, PromptError> prepared)
    {
        var sequence = prepared
            .MapError<GenerationError>(error => new GenerationError.InvalidPrompt(granted.Model.Id, error.Message, error.Field))
            .Bind(prompt => SequenceRequest.Of(
                _request,
                granted.Info,
                granted.Processor.CallSyntax,
                prompt,
                (ulong)Random.Shared.NextInt64(),
                _settings.Unasked,
                _settings.StreamBuffer));
        switch (sequence)
        {
            case Result<SequenceRequest, GenerationError>.Ok(var request):
                _trace.Admitted(request.Prompt.Tokens.Length);
                granted.Engine.Tell(new EngineProtocol.Admit(granted.Model, request, Self));
                Start(request.Prompt.Tokens.Length);
                var tools = _request.Prompt is Conversation conversation ? conversation.Tools : [];
                var answer = new AnswerText(
                    granted.Processor.NewDecoder(),
                    StopText.Of(_request.Stop),
                    granted.Processor.NewParser(tools, single: !_request.ParallelToolCalls));
                Become(() => Running(granted, answer, request.Prompt.Tokens.Length));
                break;
            case Result<SequenceRequest, GenerationError>.Error(GenerationError.ContextLengthExceeded overflow):
                Shorten(granted, overflow);
                break;
            case Result<SequenceRequest, GenerationError>.Error(var reason):
                FailAndLeave(reason);
                break;
        }
    }

    /// <summary>Has the conversation summarised, by one attempt after the other; fails with the numbers of the prompt as it came.</summary>
    private void Shorten(Granted granted, GenerationError.ContextLengthExceeded overflow)
    {
        _overflow ??= overflow;
        if (_request.Prompt is not Conversation conversation
            || (_request.OnOverflow ?? _settings.OnOverflow) is not OverflowPolicy.Summarize
            || _attempt > ShorteningAttempt.Anew)
        {
            FailAndLeave(_overflow);
            return;
        }
        var task = new ShortenConversation(conversation, granted, _summaries, _media, _attempt);
        var shortening = Context.ActorOf(ContextActor.Props(task));
        _attempt++;
        Become(() => Shortening(granted, shortening));
    }

    private void OnShortened(Granted granted, ContextProtocol.Ended ended)
    {
        switch (ended)
        {
            case ContextProtocol.Ended.Shortened(var conversation, var usage):
                (_prompt, _summary) = (conversation, usage with { Tokens = usage.Tokens + (_summary?.Tokens ?? 0) });
                Prepare(granted);
                break;
            case ContextProtocol.Ended.NotShortened:
                Shorten(granted, _overflow!);
                break;
            case ContextProtocol.Ended.Failed(var error):
                FailAndLeave(error);
                break;
            case ContextProtocol.Ended.Lost(_) when !_retried:
                TryAgain(granted.Model);
                break;
            case ContextProtocol.Ended.Lost(var reason):
                FailAndLeave(new GenerationError.EngineFailed(reason));
                break;
        }
    }

    private void FailAndLeave(GenerationError error)
    {
        End(new GenerationEvent.Failed(error));
        Leave();
    }

    /// <summary>Said once, also when the request is begun anew.</summary>
    private void Start(int promptTokens)
    {
        if (!_started)
        {
            _started = true;
            _events.TryWrite(new GenerationEvent.Started(promptTokens) { Summary = _summary });
        }
    }

    /// <summary>The engine broke over something else, and the client has heard nothing yet: once more, but only once.</summary>
    private void TryAgain(ModelLocation model)
    {
        _retried = true;
        _metrics.Retried();
        _trace.Again();
        Context.Parent.Tell(new Again(_request.Id, model));
        Become(Waiting);
    }

    /// <summary>The first text or call ends the comments, and begins the watch over the reader.</summary>
    private void Write(GenerationEvent part)
    {
        if (!_reader.HasBegun)
        {
            Timers.Cancel(ProgressIsDue.Instance);
            Timers.StartPeriodicTimer(LookAtReader.Instance, LookAtReader.Instance, _settings.StallTimeout / Streams.ReaderWatch.Looks);
        }
        _reader.Wrote();
        _events.TryWrite(part);
    }

    private void OnReaderGone()
    {
        _readerGone = true;
        _events.TryComplete();
        BecomeEnded();
        StopWhenDone();
    }

    private void End(GenerationEvent last)
    {
        _metrics.Ended(last);
        Close(_trace.Ended(last));
        BecomeEnded();
    }

    /// <summary>Ends the request from outside its states; nothing, when it is over.</summary>
    private void BreakOff(GenerationError error)
    {
        if (!_isOver)
        {
            _isOver = true;
            var last = new GenerationEvent.Failed(error);
            _metrics.Ended(last);
            Close(_trace.Ended(last));
        }
    }

    private void BecomeEnded()
    {
        _isOver = true;
        Timers.Cancel(ProgressIsDue.Instance);
        Timers.Cancel(LookAtReader.Instance);
        Become(Ended);
    }

    private void Close(GenerationEvent last)
    {
        _events.TryWrite(last);
        _events.TryComplete();
        _preparation.Cancel();
    }

    private void Leave()
    {
        Context.Parent.Tell(new Left(_request.Id));
        _left = true;
        StopWhenDone();
    }

    private void StopWhenDone()
    {
        if (_left && _readerGone)
        {
            Context.Stop(Self);
        }
    }

    private sealed record Prepared(Result<PreparedPrompt, PromptError> Prompt);

    private sealed record PreparationFailed(Exception Cause);

    private sealed record ReaderMissing
    {
        public static ReaderMissing Instance { get; } = new();
    }

    private sealed record ProgressIsDue
    {
        public static ProgressIsDue Instance { get; } = new();
    }

    private sealed record LookAtReader
    {
        public static LookAtReader Instance { get; } = new();
    }
}
