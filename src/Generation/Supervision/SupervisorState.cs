using System.Collections.Immutable;
using MlxActors.Models;

namespace MlxActors.Generation.Supervision;

/// <summary>Where the one loaded model is in its life.</summary>
public abstract record ModelPhase
{
    private ModelPhase()
    {
    }

    public sealed record Empty : ModelPhase;

    /// <param name="Previous">The model that was given up for it, and serves again should it not come; null when there was none.</param>
    public sealed record Loading(ModelLocation Next, ModelLocation? Previous) : ModelPhase;

    /// <summary>Nobody waits for <paramref name="Next"/> any more; the engine is yet to answer.</summary>
    public sealed record Cancelling(ModelLocation Next, ModelLocation? Previous) : ModelPhase;

    /// <summary>Loads the model that served before, without a request for it.</summary>
    public sealed record Restoring(ModelLocation Model) : ModelPhase;

    public sealed record Ready(ModelLocation Model) : ModelPhase;

    /// <summary>Takes no more requests; when the running ones have ended, <paramref name="Next"/> takes its place.</summary>
    public sealed record Draining(ModelLocation Model, ModelLocation Next) : ModelPhase;

    /// <summary>The engine has broken too often; nothing is served until the process starts anew.</summary>
    public sealed record Dead(string Reason) : ModelPhase;
}

/// <summary>A request that has no model yet.</summary>
/// <param name="Overtaken">Requests for another model that came later and were served before it.</param>
/// <param name="OutOfPatience">It has waited for the longest time allowed.</param>
public sealed record WaitingRequest(RequestId Id, ModelLocation Model, int Overtaken, bool OutOfPatience);

/// <param name="MaxBatch">Sequences that run at a time; requests beyond it wait in the engine.</param>
/// <param name="MaxQueue">Most requests that wait, for a model or for room.</param>
/// <param name="MaxOvertaken">So many later requests may overtake one that waits for another model.</param>
public sealed record SupervisorLimits(int MaxBatch, int MaxQueue, int MaxOvertaken);

/// <summary>All that the supervisor knows.</summary>
/// <param name="Queue">In order of arrival.</param>
/// <param name="Active">Requests that hold the loaded model.</param>
/// <param name="LastLoadError">Of the last load that a request wanted, when it failed.</param>
/// <param name="Closing">The server goes down: whoever runs may finish, nobody else comes in.</param>
public sealed record SupervisorState(
    ModelPhase Phase, ImmutableList<WaitingRequest> Queue, ImmutableHashSet<RequestId> Active, string? LastLoadError, bool Closing)
{
    public static SupervisorState Initial { get; } = new(new ModelPhase.Empty(), [], [], null, Closing: false);

    /// <summary>Whether a request waits for a model or holds it.</summary>
    public bool Knows(RequestId id) => Active.Contains(id) || Queue.Exists(waiting => waiting.Id == id);

    public bool IsIdle => Phase is ModelPhase.Ready && Active.IsEmpty && Queue.IsEmpty;
}

/// <summary>What happened.</summary>
public abstract record SupervisorEvent
{
    private SupervisorEvent()
    {
    }

    public sealed record Arrived(RequestId Id, ModelLocation Model) : SupervisorEvent;

    /// <summary>A request has ended, or its client has gone; whether it waited or held the model.</summary>
    public sealed record Left(RequestId Id) : SupervisorEvent;

    /// <summary>A request has waited for the longest time allowed.</summary>
    public sealed record PatienceOver(RequestId Id) : SupervisorEvent;

    public sealed record Loaded(ModelLocation Model) : SupervisorEvent;

    public sealed record LoadFailed(ModelLocation Model, string Reason) : SupervisorEvent;

    /// <summary>The load was given up, as it was told to be.</summary>
    public sealed record LoadCancelled(ModelLocation Model) : SupervisorEvent;

    /// <summary>A request that held the model wants it again from the beginning, through no fault of its own.</summary>
    public sealed record Returned(RequestId Id, ModelLocation Model) : SupervisorEvent;

    /// <summary>Nobody has used the model for the time set.</summary>
    public sealed record IdleOver : SupervisorEvent;

    /// <summary>The engine has broken and starts anew, without a model.</summary>
    public sealed record EngineLost(string Reason) : SupervisorEvent;

    /// <summary>The engine has broken too often.</summary>
    public sealed record EngineDied(string Reason) : SupervisorEvent;

    /// <summary>The server is told to stop.</summary>
    public sealed record Closed : SupervisorEvent;
}

/// <summary>What is to be done, in order.</summary>
public abstract record SupervisorEffect
{
    private SupervisorEffect()
    {
    }

    /// <summary>The request may use the loaded model.</summary>
    public sealed record Grant(RequestId Id) : SupervisorEffect;

    public sealed record Refuse(RequestId Id, GenerationError Error) : SupervisorEffect;

    public sealed record Load(ModelLocation Model) : SupervisorEffect;

    /// <summary>A load that nobody waits for any more; it ends with an event in any case.</summary>
    public sealed record CancelLoad : SupervisorEffect;

    public sealed record Unload : SupervisorEffect;
}
