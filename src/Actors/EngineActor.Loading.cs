using System.Globalization;
using Akka.Actor;
using Akka.Event;
using MlxActors.Generation.Batching;
using MlxActors.Models;
using static MlxActors.Actors.Protocol.EngineProtocol;

namespace MlxActors.Actors;

public sealed partial class EngineActor
{
    private void OnLoad(Load load)
    {
        GiveUpModel(Failure("another model is loaded"), Released.Instance);
        var began = _metrics.Engine.Timestamp;
        var (outcome, answer) = Loading(load);
        var times = _metrics.Engine.LoadEnded(load.Model.Id, outcome, began);
        _metrics.LoadEnded(outcome);
        Context.Parent.Tell(answer is Loaded loaded ? loaded with { Times = times } : answer);
        ReportOccupancy();
    }

    private (string Outcome, LoadEnded Answer) Loading(Load load)
    {
        var (location, attempt) = (load.Model, load.Attempt);
        try
        {
            load.Cancelled.ThrowIfCancellationRequested();
            return _load(location.Directory, new ProgressTo(Context.Parent, location), load.Cancelled).Match<(string, LoadEnded)>(
                model => Begin(location, model) is { } begun
                    ? ("loaded", new Loaded(location, attempt, begun.Model.Info, begun.Model.Processor))
                    : ("failed", new LoadFailed(location, attempt, TooLarge(model))),
                error => ("failed", new LoadFailed(location, attempt, error.Message)));
        }
        catch (OperationCanceledException) when (load.Cancelled.IsCancellationRequested)
        {
            _log.Info("Gave up loading {0}: nobody waits for it any more", location.Id);
            return ("cancelled", new LoadCancelled(location, attempt));
        }
        catch (Exception bug)
        {
            // A checkpoint that trips the loader up must not take other checkpoints with it.
            _log.Error(bug, "Loading {0} threw", location.Id);
            return ("failed", new LoadFailed(location, attempt, bug.Message));
        }
    }

    /// <returns>Null when the weights leave no memory to compute with.</returns>
    private Running? Begin(ModelLocation location, LoadedModel model)
    {
        try
        {
            if (_settings.Batch.Beside(model.Model.WeightBytes) is { } limits)
            {
                _current = new Running(location, model, new BatchRunner(model, limits));
                _metrics.Engine.Limit(limits.KvBytes);
                _log.Info("Loaded {0} on {1}", location.Id, model.Backend.Description);
            }
            return _current;
        }
        finally
        {
            if (_current is null)
            {
                model.Dispose();
            }
        }
    }

    private string TooLarge(LoadedModel model) => string.Create(
        CultureInfo.InvariantCulture,
        $"its weights take {model.Model.WeightBytes / 1e6:F0} MB and encoded media up to {_settings.FeatureBytes / 1e6:F0} MB, "
            + $"which leaves nothing of the {_settings.MemoryBytes / 1e6:F0} MB of mlxactors.engine.memory-limit for answers.");

    /// <summary>Ends what still runs, which is nothing unless the engine breaks or stops, and frees all memory.</summary>
    /// <param name="farewell">What each who still waits for tokens is told.</param>
    private void GiveUpModel(params ReadOnlySpan<object> farewell)
    {
        foreach (var reader in _readers.Values)
        {
            foreach (var message in farewell)
            {
                reader.Tell(message);
            }
        }
        _readers.Clear();
        _failedSteps = 0;
        var current = _current;
        _current = null;
        _metrics.Occupied(0, 0);
        _metrics.Kept(default);
        _metrics.Engine.Encoded(default);
        _metrics.Engine.Guessed(default);
        current?.Dispose();
    }

    private sealed record Running(ModelLocation Location, LoadedModel Model, BatchRunner Batch) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                Batch.Dispose();
            }
            finally
            {
                Model.Dispose();
            }
        }
    }

    /// <summary>Passes a load's progress on, a message for each hundredth.</summary>
    private sealed class ProgressTo(IActorRef supervisor, ModelLocation model) : IProgress<double>
    {
        private int _told = -1;

        public void Report(double value)
        {
            var hundredths = (int)(value * 100);
            if (hundredths > _told)
            {
                _told = hundredths;
                supervisor.Tell(new LoadProgress(model, value));
            }
        }
    }
}
