using System.Collections.Immutable;
using MlxActors.Models;

namespace MlxActors.Generation.Supervision;

/// <summary>
/// Who is next, and when to swap. First in, first out, but requests for the loaded model go ahead of those that wait for another, until
/// one of these has been overtaken too often or has waited too long; then the model drains, and the first in line has its turn. A load
/// serves at least all that waited for it, so that clients who alternate do not swap at every request. Pure.
/// </summary>
public static class Supervisor
{
    /// <summary>What a full queue tells its clients; no estimate, only a pause that keeps them from hammering.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static (SupervisorState State, ImmutableArray<SupervisorEffect> Effects) Apply(
        SupervisorState state, SupervisorEvent happened, SupervisorLimits limits)
    {
        var effects = ImmutableArray.CreateBuilder<SupervisorEffect>();
        var next = happened switch
        {
            SupervisorEvent.Arrived arrived => Arrive(state, arrived, limits, effects),
            SupervisorEvent.Left left => Leave(state, left.Id),
            SupervisorEvent.PatienceOver over => LosePatience(state, over.Id),
            SupervisorEvent.Loaded(var model) => Loaded(state, model, effects),
            SupervisorEvent.LoadFailed(var model, var reason) => FailLoad(state, model, reason, effects),
            SupervisorEvent.LoadCancelled(var model) => CancelLoad(state, model, effects),
            SupervisorEvent.Returned(var id, var model) => Return(state, id, model, effects),
            SupervisorEvent.IdleOver => Idle(state, effects),
            SupervisorEvent.EngineLost lost => LoseEngine(state, lost.Reason, effects),
            SupervisorEvent.EngineDied died => Die(state, died.Reason, effects),
            SupervisorEvent.Closed => Close(state, effects),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return (Settle(next, limits, effects), effects.ToImmutable());
    }

    private static SupervisorState Arrive(
        SupervisorState state, SupervisorEvent.Arrived arrived, SupervisorLimits limits, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        if (Refusal(state) is { } refusal)
        {
            effects.Add(new SupervisorEffect.Refuse(arrived.Id, refusal));
            return state;
        }
        var waitForRoom = Math.Max(0, state.Active.Count - limits.MaxBatch);
        var servedAtOnce = state.Active.Count < limits.MaxBatch
            && state.Phase is ModelPhase.Ready(var model) && model == arrived.Model && !state.Queue.Exists(IsExhausted(limits));
        if (!servedAtOnce && state.Queue.Count + waitForRoom >= limits.MaxQueue)
        {
            effects.Add(new SupervisorEffect.Refuse(arrived.Id, new GenerationError.Overloaded(RetryAfter)));
            return state;
        }
        return state with { Queue = state.Queue.Add(new WaitingRequest(arrived.Id, arrived.Model, 0, OutOfPatience: false)) };
    }

    private static SupervisorState Leave(SupervisorState state, RequestId id) =>
        state with { Queue = state.Queue.RemoveAll(waiting => waiting.Id == id), Active = state.Active.Remove(id) };

    private static SupervisorState LosePatience(SupervisorState state, RequestId id)
    {
        var index = state.Queue.FindIndex(waiting => waiting.Id == id);
        return index < 0
            ? state
            : state with { Queue = state.Queue.SetItem(index, state.Queue[index] with { OutOfPatience = true }) };
    }

    private static SupervisorState Loaded(
        SupervisorState state, ModelLocation model, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        if (!IsLoading(state, model))
        {
            return state.Phase is ModelPhase.Empty ? Unload(state, effects) : state;
        }
        // What a restored model serves again does not undo that the other could not be loaded.
        var error = state.Phase is ModelPhase.Restoring ? state.LastLoadError : null;
        return Grant(state with { Phase = new ModelPhase.Ready(model), LastLoadError = error }, model, _ => false, effects);
    }

    private static SupervisorState FailLoad(
        SupervisorState state, ModelLocation model, string reason, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        if (!IsLoading(state, model))
        {
            return state;
        }
        RefuseAll(state.Queue.Where(waiting => waiting.Model == model), new GenerationError.LoadFailed(model.Id, reason), effects);
        var rest = state with { Queue = state.Queue.RemoveAll(waiting => waiting.Model == model), LastLoadError = $"{model.Id}: {reason}" };
        return LoadInstead(rest, effects);
    }

    private static SupervisorState CancelLoad(
        SupervisorState state, ModelLocation model, ImmutableArray<SupervisorEffect>.Builder effects) =>
        IsLoading(state, model) ? LoadInstead(state, effects) : state;

    /// <summary>After a load that came to nothing: the model of the first in line, else the one that served before.</summary>
    private static SupervisorState LoadInstead(SupervisorState state, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        var previous = state.Phase switch
        {
            ModelPhase.Loading(_, var model) => model,
            ModelPhase.Cancelling(_, var model) => model,
            _ => null,
        };
        return !state.Queue.IsEmpty ? Load(state, state.Queue[0].Model, previous, effects)
            : previous is null || state.Closing ? state with { Phase = new ModelPhase.Empty() }
            : Restore(state, previous, effects);
    }

    /// <summary>Comes before all that wait: it has been served before them.</summary>
    private static SupervisorState Return(
        SupervisorState state, RequestId id, ModelLocation model, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        var rest = state with { Active = state.Active.Remove(id) };
        if (Refusal(state) is { } refusal)
        {
            effects.Add(new SupervisorEffect.Refuse(id, refusal));
            return rest;
        }
        return rest with { Queue = rest.Queue.Insert(0, new WaitingRequest(id, model, 0, OutOfPatience: false)) };
    }

    private static SupervisorState Idle(SupervisorState state, ImmutableArray<SupervisorEffect>.Builder effects) =>
        state.IsIdle ? Unload(state, effects) : state;

    private static SupervisorState Unload(SupervisorState state, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        effects.Add(new SupervisorEffect.Unload());
        return state with { Phase = new ModelPhase.Empty() };
    }

    /// <summary>A load that takes the engine down has failed, and is not tried again for each that waits.</summary>
    private static SupervisorState LoseEngine(SupervisorState state, string reason, ImmutableArray<SupervisorEffect>.Builder effects) =>
        BeingLoaded(state) is { } model
            ? FailLoad(state, model, reason, effects)
            : state with { Phase = new ModelPhase.Empty() };

    private static SupervisorState Die(SupervisorState state, string reason, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        RefuseAll(state.Queue, new GenerationError.EngineFailed(reason), effects);
        return state with { Phase = new ModelPhase.Dead(reason), Queue = [] };
    }

    private static SupervisorState Close(SupervisorState state, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        RefuseAll(state.Queue, new GenerationError.ShuttingDown(), effects);
        return state with { Closing = true, Queue = [] };
    }

    private static void RefuseAll(
        IEnumerable<WaitingRequest> requests, GenerationError error, ImmutableArray<SupervisorEffect>.Builder effects) =>
        effects.AddRange(requests.Select(waiting => new SupervisorEffect.Refuse(waiting.Id, error)));

    /// <summary>Why nobody is taken in; null when they are.</summary>
    private static GenerationError? Refusal(SupervisorState state) =>
        state.Closing ? new GenerationError.ShuttingDown()
        : state.Phase is ModelPhase.Dead(var reason) ? new GenerationError.EngineFailed(reason)
        : null;

    private static ModelLocation? BeingLoaded(SupervisorState state) => state.Phase switch
    {
        ModelPhase.Loading(var next, _) => next,
        ModelPhase.Cancelling(var next, _) => next,
        ModelPhase.Restoring(var model) => model,
        _ => null,
    };

    /// <summary>A restarted engine may still report on a load that was given up when it broke.</summary>
    private static bool IsLoading(SupervisorState state, ModelLocation model) => BeingLoaded(state) == model;

    /// <summary>Draws the consequences, until nothing more follows.</summary>
    private static SupervisorState Settle(SupervisorState state, SupervisorLimits limits, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        switch (state.Phase)
        {
            case ModelPhase.Ready when state.Closing:
                return state.Active.IsEmpty ? Unload(state, effects) : state;

            case ModelPhase.Ready(var model):
                var granted = Grant(state, model, IsExhausted(limits), effects);
                return FirstOther(granted, model) is { } other && (granted.Active.IsEmpty || granted.Queue.Exists(IsExhausted(limits)))
                    ? Settle(granted with { Phase = new ModelPhase.Draining(model, other) }, limits, effects)
                    : granted;

            case ModelPhase.Draining(var model, _):
                if (FirstOther(state, model) is not { } next)
                {
                    return Settle(state with { Phase = new ModelPhase.Ready(model) }, limits, effects);
                }
                if (!state.Active.IsEmpty)
                {
                    return state with { Phase = new ModelPhase.Draining(model, next) };
                }
                effects.Add(new SupervisorEffect.Unload());
                return Load(state, next, previous: model, effects);

            case ModelPhase.Loading(var loading, var previous) when !IsWanted(state, loading):
                effects.Add(new SupervisorEffect.CancelLoad());
                return state with { Phase = new ModelPhase.Cancelling(loading, previous) };

            case ModelPhase.Restoring(var model) when state.Closing || (!state.Queue.IsEmpty && !IsWanted(state, model)):
                effects.Add(new SupervisorEffect.CancelLoad());
                return state with { Phase = new ModelPhase.Cancelling(model, null) };

            case ModelPhase.Empty:
                return state.Queue.IsEmpty ? state : Load(state, state.Queue[0].Model, previous: null, effects);

            default:
                return state;
        }
    }

    private static bool IsWanted(SupervisorState state, ModelLocation model) => state.Queue.Exists(waiting => waiting.Model == model);

    private static SupervisorState Load(
        SupervisorState state, ModelLocation model, ModelLocation? previous, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        effects.Add(new SupervisorEffect.Load(model));
        return state with { Phase = new ModelPhase.Loading(model, previous) };
    }

    private static SupervisorState Restore(SupervisorState state, ModelLocation model, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        effects.Add(new SupervisorEffect.Load(model));
        return state with { Phase = new ModelPhase.Restoring(model) };
    }

    private static ModelLocation? FirstOther(SupervisorState state, ModelLocation model) =>
        state.Queue.Find(waiting => waiting.Model != model)?.Model;

    private static Predicate<WaitingRequest> IsExhausted(SupervisorLimits limits) =>
        waiting => waiting.OutOfPatience || waiting.Overtaken >= limits.MaxOvertaken;

    /// <summary>Gives the model to those in the queue who want it, in order, up to the first whom nobody may overtake any more.</summary>
    private static SupervisorState Grant(
        SupervisorState state, ModelLocation model, Predicate<WaitingRequest> stopsOthers, ImmutableArray<SupervisorEffect>.Builder effects)
    {
        var (passedOver, active) = (ImmutableList<WaitingRequest>.Empty, state.Active);
        foreach (var waiting in state.Queue)
        {
            if (waiting.Model != model || passedOver.Exists(stopsOthers))
            {
                passedOver = passedOver.Add(waiting);
                continue;
            }
            effects.Add(new SupervisorEffect.Grant(waiting.Id));
            active = active.Add(waiting.Id);
            passedOver = passedOver.ConvertAll(other => other with { Overtaken = other.Overtaken + 1 });
        }
        return state with { Queue = passedOver, Active = active };
    }
}
