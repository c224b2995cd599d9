namespace MlxActors.Generation.Constraints;

/// <summary>Values by key, up to a weight; those that nobody has asked for for longest make room. Thread-safe.</summary>
/// <param name="most">What they may weigh together; one that alone weighs more is not kept.</param>
internal sealed class Recent<T>(long most, Func<T, long> weigh)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, T Value)> _byUse = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, T Value)>> _byKey = [];
    private long _weight;

    public T? Find(string key)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var entry))
            {
                return null;
            }
            _byUse.Remove(entry);
            _byUse.AddFirst(entry);
            return entry.Value.Value;
        }
    }

    /// <returns>The value of this key: another one, when somebody was faster.</returns>
    public T Add(string key, T value)
    {
        lock (_lock)
        {
            if (Find(key) is { } other)
            {
                return other;
            }
            _byKey.Add(key, _byUse.AddFirst((key, value)));
            _weight += weigh(value);
            while (_weight > most)
            {
                var last = _byUse.Last!;
                _byUse.RemoveLast();
                _byKey.Remove(last.Value.Key);
                _weight -= weigh(last.Value.Value);
            }
            return value;
        }
    }
}
