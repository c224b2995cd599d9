using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Supervision;
using MlxActors.Models;

namespace MlxActors.Generation.Tests.Supervision;

/// <summary>Any course of events, played against an engine that checks what it is told.</summary>
public sealed class SupervisorProperties
{
    private static readonly SupervisorLimits Limits = new(MaxBatch: 2, MaxQueue: 6, MaxOvertaken: 2);

    [Property(MaxTest = 2000)]
    public Property Apply_AnyCourseOfEvents_KeepsEveryPromise() => Prop.ForAll(Courses, moves =>
    {
        var play = new Play();
        foreach (var (kind, number) in moves)
        {
            play.Move(kind, number);
        }
        play.RunDry();
    });

    private static Arbitrary<(int Kind, int Number)[]> Courses =>
        Gen.Choose(0, 11).SelectMany(kind => Gen.Choose(0, 20), (kind, number) => (kind, number))
            .ListOf().Select(moves => moves.ToArray()).ToArbitrary();

    private sealed class Play
    {
        private static readonly ModelLocation[] Models = [new("a", "/a"), new("b", "/b"), new("c", "/c")];

        private readonly Dictionary<RequestId, ModelLocation> _arrived = [];
        private readonly List<RequestId> _order = [];
        private readonly HashSet<RequestId> _settled = [];
        private readonly List<RequestId> _active = [];
        private SupervisorState _state = SupervisorState.Initial;
        private ModelLocation? _loading;
        private ModelLocation? _loaded;
        private bool _loadIsCancelled;
        private int _loads;
        private int _lost;
        private int _returned;

        public void Move(int kind, int number)
        {
            switch (kind)
            {
                case <= 4:
                    Arrive(Models[number % Models.Length]);
                    break;
                case 5 when _order.Count > 0:
                    Leave(_order[number % _order.Count]);
                    break;
                case 6 when _active.Count > 0:
                    Leave(_active[number % _active.Count]);
                    break;
                case 7 when _state.Queue.Count > 0:
                    Apply(new SupervisorEvent.PatienceOver(_state.Queue[number % _state.Queue.Count].Id));
                    break;
                case 8:
                    FinishLoad(number % 4 > 0);
                    break;
                case 9:
                    Apply(new SupervisorEvent.IdleOver());
                    break;
                case 10 when _active.Count > 0:
                    // One that the engine lost comes back, and has to be served all the same.
                    Return(_active[number % _active.Count]);
                    break;
                case 11 when number == 0:
                    LoseEngine();
                    break;
            }
        }

        /// <summary>When loads end, and all who are served leave, everyone has been served or refused.</summary>
        public void RunDry()
        {
            for (var round = 0; round < (3 * _order.Count) + 3; round++)
            {
                FinishLoad(succeeds: true);
                _active.ToList().ForEach(Leave);
            }
            Assert.Empty(_state.Queue);
            Assert.Empty(_state.Active);
            Assert.All(_order, id => Assert.Contains(id, _settled));
            // No more loads than there were reasons for one: a request that came, or a load or an engine that was lost.
            Assert.InRange(_loads, 0, _order.Count + _lost);
        }

        private void Arrive(ModelLocation model)
        {
            var id = RequestId.New();
            _arrived.Add(id, model);
            _order.Add(id);
            Apply(new SupervisorEvent.Arrived(id, model));
            Assert.InRange(_state.Queue.Count + Math.Max(0, _active.Count - Limits.MaxBatch), 0, Limits.MaxQueue + _returned);
        }

        private void Leave(RequestId id)
        {
            _active.Remove(id);
            _settled.Add(id);
            Apply(new SupervisorEvent.Left(id));
        }

        private void Return(RequestId id)
        {
            _active.Remove(id);
            _settled.Remove(id);
            _order.Remove(id);
            _order.Insert(0, id);
            (_lost, _returned) = (_lost + 1, _returned + 1);
            Apply(new SupervisorEvent.Returned(id, _arrived[id]));
        }

        private void LoseEngine()
        {
            (_loading, _loaded, _loadIsCancelled) = (null, null, false);
            _lost++;
            Apply(new SupervisorEvent.EngineLost("broken"));
            _active.ToList().ForEach(Leave);
        }

        private void FinishLoad(bool succeeds)
        {
            if (_loading is not { } model)
            {
                return;
            }
            var cancelled = _loadIsCancelled && !succeeds;
            (_loading, _loadIsCancelled) = (null, false);
            if (cancelled)
            {
                _lost++;
                Apply(new SupervisorEvent.LoadCancelled(model));
                return;
            }
            _lost += succeeds ? 0 : 1;
            _loaded = succeeds ? model : null;
            var served = _state.Queue.Where(waiting => waiting.Model == model).Select(waiting => waiting.Id).ToList();
            Apply(succeeds ? new SupervisorEvent.Loaded(model) : new SupervisorEvent.LoadFailed(model, "cut"));
            // Nobody who waited for a load goes away empty-handed, or waits on.
            Assert.All(served, id => Assert.Contains(id, _settled));
        }

        private void Apply(SupervisorEvent happened)
        {
            var before = _state;
            (_state, var effects) = Supervisor.Apply(_state, happened, Limits);
            foreach (var effect in effects)
            {
                Check(effect, happened, before);
            }
            CheckSwap(before);
            // Those whom one load serves may come on top of the bound.
            Assert.All(_state.Queue, waiting => Assert.InRange(waiting.Overtaken, 0, Limits.MaxOvertaken + Limits.MaxQueue + _returned));
            // What nobody waits for is not loaded, unless to serve again as before.
            Assert.False(_state.Phase is ModelPhase.Loading(var next, _) && !_state.Queue.Exists(waiting => waiting.Model == next));
        }

        /// <summary>A model is given up only when nobody uses it, or somebody has waited enough for another.</summary>
        private void CheckSwap(SupervisorState before)
        {
            if (before.Phase is ModelPhase.Ready && _state.Phase is ModelPhase.Draining)
            {
                Assert.Contains(_state.Queue, waiting => waiting.OutOfPatience || waiting.Overtaken >= Limits.MaxOvertaken);
            }
        }

        private void Check(SupervisorEffect effect, SupervisorEvent happened, SupervisorState before)
        {
            switch (effect)
            {
                case SupervisorEffect.Grant(var id):
                    Assert.True(_settled.Add(id), "settled twice");
                    Assert.Equal(_loaded, _arrived[id]);
                    CheckOrder(id);
                    CheckFairness(id, happened, before);
                    _active.Add(id);
                    break;
                case SupervisorEffect.Refuse(var id, _):
                    Assert.True(_settled.Add(id), "settled twice");
                    break;
                case SupervisorEffect.Unload:
                    Assert.Empty(_active);
                    Assert.NotNull(_loaded);
                    _loaded = null;
                    break;
                case SupervisorEffect.Load(var model):
                    Assert.Null(_loaded);
                    Assert.Null(_loading);
                    _loading = model;
                    _loads++;
                    break;
                case SupervisorEffect.CancelLoad:
                    Assert.NotNull(_loading);
                    _loadIsCancelled = true;
                    break;
            }
        }

        /// <summary>First in, first out among those who want the same model.</summary>
        private void CheckOrder(RequestId granted) =>
            Assert.All(
                _order.TakeWhile(id => id != granted).Where(id => _arrived[id] == _arrived[granted]),
                earlier => Assert.Contains(earlier, _settled));

        /// <summary>Nobody is overtaken who has waited long enough, but by those whom the same load serves.</summary>
        private void CheckFairness(RequestId granted, SupervisorEvent happened, SupervisorState before)
        {
            if (happened is not SupervisorEvent.Loaded)
            {
                var place = _order.IndexOf(granted);
                Assert.DoesNotContain(before.Queue, waiting =>
                    waiting.Model != _arrived[granted]
                    && _order.IndexOf(waiting.Id) < place
                    && _state.Queue.Exists(still => still.Id == waiting.Id)
                    && (waiting.OutOfPatience || waiting.Overtaken >= Limits.MaxOvertaken));
            }
        }
    }
}
