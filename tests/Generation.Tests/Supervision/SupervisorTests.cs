using MlxActors.Generation.Supervision;
using MlxActors.Models;

namespace MlxActors.Generation.Tests.Supervision;

public sealed class SupervisorTests
{
    private static readonly ModelLocation A = new("a", "/a");
    private static readonly ModelLocation B = new("b", "/b");
    private static readonly SupervisorLimits Limits = new(MaxBatch: 2, MaxQueue: 3, MaxOvertaken: 2);

    [Fact]
    public void Arrived_Empty_LoadsItsModel()
    {
        var world = new World();

        world.Arrive(A);

        Assert.Equal([new SupervisorEffect.Load(A)], world.Effects);
        Assert.Equal(new ModelPhase.Loading(A, null), world.State.Phase);
    }

    [Fact]
    public void Loaded_SeveralWait_GrantsThoseOfThatModelInOrder()
    {
        var world = new World();
        var (first, other, second) = (world.Arrive(A), world.Arrive(B), world.Arrive(A));

        world.Apply(new SupervisorEvent.Loaded(A));

        Assert.Equal([new SupervisorEffect.Grant(first), new SupervisorEffect.Grant(second)], world.Effects);
        Assert.Equal([new WaitingRequest(other, B, Overtaken: 1, OutOfPatience: false)], world.State.Queue);
    }

    [Fact]
    public void Arrived_AnotherModelWhileIdle_SwapsAtOnce()
    {
        var world = World.With(A);

        world.Arrive(B);

        Assert.Equal([new SupervisorEffect.Unload(), new SupervisorEffect.Load(B)], world.Effects);
    }

    [Fact]
    public void Left_LastActiveWhileAnotherModelIsWanted_Swaps()
    {
        var world = World.With(A);
        var active = world.Arrive(A);
        world.Arrive(B);
        Assert.Empty(world.Effects);

        world.Apply(new SupervisorEvent.Left(active));

        Assert.Equal([new SupervisorEffect.Unload(), new SupervisorEffect.Load(B)], world.Effects);
    }

    [Fact]
    public void Arrived_OtherHasBeenOvertakenTooOften_DrainsAndWaits()
    {
        var world = World.With(A);
        world.Arrive(A);
        world.Arrive(B);
        world.Arrive(A);
        world.Arrive(A);
        Assert.Equal(new ModelPhase.Draining(A, B), world.State.Phase);

        var late = world.Arrive(A);

        Assert.Empty(world.Effects);
        Assert.Contains(world.State.Queue, waiting => waiting.Id == late);
    }

    [Fact]
    public void PatienceOver_RequestForAnotherModel_Drains()
    {
        var world = World.With(A);
        world.Arrive(A);
        var other = world.Arrive(B);

        world.Apply(new SupervisorEvent.PatienceOver(other));

        Assert.Equal(new ModelPhase.Draining(A, B), world.State.Phase);
    }

    [Fact]
    public void Left_TheOneItDrainedFor_ServesItsModelAgain()
    {
        var world = World.With(A);
        world.Arrive(A);
        var other = world.Arrive(B);
        world.Apply(new SupervisorEvent.PatienceOver(other));
        var late = world.Arrive(A);

        world.Apply(new SupervisorEvent.Left(other));

        Assert.Equal(new ModelPhase.Ready(A), world.State.Phase);
        Assert.Equal([new SupervisorEffect.Grant(late)], world.Effects);
    }

    [Fact]
    public void LoadFailed_SeveralWait_RefusesItsOwnAndLoadsTheNext()
    {
        var world = new World();
        var (first, other, second) = (world.Arrive(A), world.Arrive(B), world.Arrive(A));

        world.Apply(new SupervisorEvent.LoadFailed(A, "cut"));

        var error = new GenerationError.LoadFailed("a", "cut");
        Assert.Equal(
            [new SupervisorEffect.Refuse(first, error), new SupervisorEffect.Refuse(second, error), new SupervisorEffect.Load(B)],
            world.Effects);
        Assert.Equal([other], world.State.Queue.Select(waiting => waiting.Id));
        Assert.Equal("a: cut", world.State.LastLoadError);
    }

    [Fact]
    public void Loaded_AModelThatIsNotBeingLoaded_ChangesNothing()
    {
        var world = new World();
        world.Arrive(A);

        world.Apply(new SupervisorEvent.Loaded(B));

        Assert.Equal(new ModelPhase.Loading(A, null), world.State.Phase);
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void Loaded_WhenNobodyWantsItAnyMore_IsUnloaded()
    {
        var world = new World();
        world.Arrive(A);
        world.Apply(new SupervisorEvent.EngineLost("broken"));

        world.Apply(new SupervisorEvent.Loaded(A));

        Assert.Equal([new SupervisorEffect.Unload()], world.Effects);
        Assert.Equal(new ModelPhase.Empty(), world.State.Phase);
    }

    [Fact]
    public void Arrived_QueueIsFull_IsRefused()
    {
        var world = new World();
        world.Arrive(A);
        world.Arrive(B);
        world.Arrive(A);

        var tooMany = world.Arrive(A);

        var refused = Assert.IsType<SupervisorEffect.Refuse>(Assert.Single(world.Effects));
        Assert.Equal(tooMany, refused.Id);
        Assert.IsType<GenerationError.Overloaded>(refused.Error);
    }

    [Fact]
    public void IdleOver_Idle_Unloads()
    {
        var world = World.With(A);

        world.Apply(new SupervisorEvent.IdleOver());

        Assert.Equal([new SupervisorEffect.Unload()], world.Effects);
        Assert.Equal(new ModelPhase.Empty(), world.State.Phase);
    }

    [Fact]
    public void IdleOver_InUse_KeepsTheModel()
    {
        var world = World.With(A);
        world.Arrive(A);

        world.Apply(new SupervisorEvent.IdleOver());

        Assert.Equal(new ModelPhase.Ready(A), world.State.Phase);
        Assert.Empty(world.Effects);
    }

    [Fact]
    public void EngineLost_RequestsWait_LoadsForThem()
    {
        var world = World.With(A);
        world.Arrive(A);
        world.Arrive(B);

        world.Apply(new SupervisorEvent.EngineLost("broken"));

        Assert.Equal([new SupervisorEffect.Load(B)], world.Effects);
    }

    [Fact]
    public void EngineLost_WhileLoading_IsAFailedLoad()
    {
        var world = new World();
        var request = world.Arrive(A);

        world.Apply(new SupervisorEvent.EngineLost("broken"));

        Assert.Equal([new SupervisorEffect.Refuse(request, new GenerationError.LoadFailed("a", "broken"))], world.Effects);
        Assert.Equal(new ModelPhase.Empty(), world.State.Phase);
    }

    [Fact]
    public void Left_TheLastWhoWaitsForALoad_CancelsIt()
    {
        var world = new World();
        var (first, second) = (world.Arrive(A), world.Arrive(A));

        world.Apply(new SupervisorEvent.Left(first));
        Assert.Empty(world.Effects);
        world.Apply(new SupervisorEvent.Left(second));

        Assert.Equal([new SupervisorEffect.CancelLoad()], world.Effects);
        Assert.Equal(new ModelPhase.Cancelling(A, null), world.State.Phase);
    }

    [Fact]
    public void LoadCancelled_NobodyWaits_LoadsTheModelThatServedBefore()
    {
        var world = World.With(A);
        world.Apply(new SupervisorEvent.Left(world.Arrive(B)));

        world.Apply(new SupervisorEvent.LoadCancelled(B));

        Assert.Equal([new SupervisorEffect.Load(A)], world.Effects);
        Assert.Equal(new ModelPhase.Restoring(A), world.State.Phase);
    }

    [Fact]
    public void LoadCancelled_AnotherHasComeForIt_LoadsItAgain()
    {
        var world = new World();
        world.Apply(new SupervisorEvent.Left(world.Arrive(A)));
        world.Arrive(A);

        world.Apply(new SupervisorEvent.LoadCancelled(A));

        Assert.Equal([new SupervisorEffect.Load(A)], world.Effects);
    }

    [Fact]
    public void Loaded_CancelledTooLate_Serves()
    {
        var world = new World();
        world.Apply(new SupervisorEvent.Left(world.Arrive(A)));
        var late = world.Arrive(A);

        world.Apply(new SupervisorEvent.Loaded(A));

        Assert.Equal([new SupervisorEffect.Grant(late)], world.Effects);
    }

    [Fact]
    public void LoadFailed_NobodyElseWaits_LoadsTheModelThatServedBefore_AndRemembersTheError()
    {
        var world = World.With(A);
        world.Arrive(B);

        world.Apply(new SupervisorEvent.LoadFailed(B, "cut"));
        Assert.Equal(new SupervisorEffect.Load(A), world.Effects.Last());
        world.Apply(new SupervisorEvent.Loaded(A));

        Assert.Equal((new ModelPhase.Ready(A), "b: cut"), (world.State.Phase, world.State.LastLoadError));
    }

    [Fact]
    public void LoadFailed_OfTheModelThatServedBefore_IsNotTriedAgain()
    {
        var world = World.With(A);
        world.Arrive(B);
        world.Apply(new SupervisorEvent.LoadFailed(B, "cut"));

        world.Apply(new SupervisorEvent.LoadFailed(A, "gone"));

        Assert.Empty(world.Effects);
        Assert.Equal(new ModelPhase.Empty(), world.State.Phase);
    }

    [Fact]
    public void Arrived_AnotherModelWhileTheOldOneIsLoadedAgain_CancelsThat()
    {
        var world = World.With(A);
        world.Arrive(B);
        world.Apply(new SupervisorEvent.LoadFailed(B, "cut"));

        world.Arrive(B);

        Assert.Equal([new SupervisorEffect.CancelLoad()], world.Effects);
    }

    [Fact]
    public void Returned_OthersWait_ComesBeforeThem()
    {
        var world = World.With(A);
        var active = world.Arrive(A);
        world.Apply(new SupervisorEvent.EngineLost("broken"));
        world.Arrive(B);

        world.Apply(new SupervisorEvent.Returned(active, A));
        Assert.Equal([active], world.State.Queue.Where(waiting => waiting.Model == A).Select(waiting => waiting.Id));
        world.Apply(new SupervisorEvent.Loaded(B));
        world.Apply(new SupervisorEvent.PatienceOver(active));

        Assert.DoesNotContain(active, world.State.Active);
        Assert.Equal(active, world.State.Queue[0].Id);
    }

    [Fact]
    public void Closed_SomeRunAndSomeWait_RefusesThoseThatWaitAndUnloadsAfterTheRest()
    {
        var world = World.With(A);
        var (active, waiting) = (world.Arrive(A), world.Arrive(B));

        world.Apply(new SupervisorEvent.Closed());
        Assert.Equal([new SupervisorEffect.Refuse(waiting, new GenerationError.ShuttingDown())], world.Effects);
        var late = world.Arrive(A);
        Assert.Equal([new SupervisorEffect.Refuse(late, new GenerationError.ShuttingDown())], world.Effects);
        world.Apply(new SupervisorEvent.Left(active));

        Assert.Equal([new SupervisorEffect.Unload()], world.Effects);
    }

    [Fact]
    public void Closed_WhileLoading_CancelsTheLoadAndLoadsNothingElse()
    {
        var world = World.With(A);
        world.Arrive(B);

        world.Apply(new SupervisorEvent.Closed());
        Assert.Contains(new SupervisorEffect.CancelLoad(), world.Effects);
        world.Apply(new SupervisorEvent.LoadCancelled(B));

        Assert.Empty(world.Effects);
        Assert.Equal(new ModelPhase.Empty(), world.State.Phase);
    }

    [Fact]
    public void EngineDied_SomeWait_RefusesThemAndAllWhoCome()
    {
        var world = new World();
        var waiting = world.Arrive(A);

        world.Apply(new SupervisorEvent.EngineDied("broken"));
        Assert.Equal([new SupervisorEffect.Refuse(waiting, new GenerationError.EngineFailed("broken"))], world.Effects);
        var late = world.Arrive(A);

        Assert.Equal([new SupervisorEffect.Refuse(late, new GenerationError.EngineFailed("broken"))], world.Effects);
    }

    private sealed class World
    {
        public SupervisorState State { get; private set; } = SupervisorState.Initial;

        /// <summary>Of the last event.</summary>
        public IEnumerable<SupervisorEffect> Effects { get; private set; } = [];

        public static World With(ModelLocation model)
        {
            var world = new World();
            var request = world.Arrive(model);
            world.Apply(new SupervisorEvent.Loaded(model));
            world.Apply(new SupervisorEvent.Left(request));
            return world;
        }

        public RequestId Arrive(ModelLocation model)
        {
            var id = RequestId.New();
            Apply(new SupervisorEvent.Arrived(id, model));
            return id;
        }

        public void Apply(SupervisorEvent happened) => (State, Effects) = Supervisor.Apply(State, happened, Limits);
    }
}
