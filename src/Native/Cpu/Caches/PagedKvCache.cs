using System.Runtime.InteropServices;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Caches;

/// <summary>
/// Keys and values in pages of <see cref="PageLayout.Tokens"/> tokens. Forks share pages; who appends to a shared page copies it first.
/// Pages that a window has passed are given back when the next tokens come, since until then another layer may still read them.
/// </summary>
internal sealed unsafe class PagedKvCache(KvCacheSpec spec, KvCacheType type, PagePool pool) : KvCache
{
    private nint* _pages;
    private int _capacity;
    private int _count;
    private int _length;
    private bool _disposed;

    public override KvCacheSpec Spec { get; } = spec;

    public PageLayout Layout { get; } = new(spec.KvHeads, spec.HeadDim, type);

    public override int Length => _length;

    public override int Start => FirstPage * PageLayout.Tokens;

    public override long Bytes => _count * Layout.Bytes;

    public override long TokenBytes => Layout.TokenBytes;

    public override ReadOnlySpan<nint> Blocks => new(_pages, _count);

    public override long BytesFor(int tokens, int step)
    {
        // A window and a step may each begin inside a page.
        var pages = Operands.Blocks(tokens, PageLayout.Tokens);
        var held = Spec.Window is { } window ? Math.Min(pages, Operands.Blocks(window + step, PageLayout.Tokens) + 1) : pages;
        return held * Layout.Bytes;
    }

    /// <summary><see cref="Start"/> once the next token is appended.</summary>
    public int StartAfterAppend => Math.Max(FirstPage, FirstVisibleTo(_length) / PageLayout.Tokens) * PageLayout.Tokens;

    /// <summary>Index of the first page held, counted from position 0.</summary>
    private int FirstPage { get; set; }

    public override KvCache? Fork(int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        if (FirstVisibleTo(length) < Start)
        {
            return null;
        }
        var fork = new PagedKvCache(Spec, Layout.Type, pool) { FirstPage = FirstPage, _length = length };
        var count = Operands.Blocks(length, PageLayout.Tokens) - FirstPage;
        fork.Reserve(count);
        for (var i = 0; i < count; i++)
        {
            pool.Share(_pages[i]);
            fork._pages[i] = _pages[i];
        }
        fork._count = count;
        return fork;
    }

    /// <summary>
    /// The pages as a kernel sees them; where the rows are to be appended, with room for them, of which the caller then writes the
    /// keys and values.
    /// </summary>
    public SequenceView View(SequenceRows rows, bool appends)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (appends)
        {
            Append(rows.Rows);
        }
        return new SequenceView
        {
            Pages = _pages,
            FirstPage = FirstPage,
            FirstRow = rows.FirstRow,
            Rows = rows.Rows,
            Offset = rows.Offset,
        };
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        if (!pool.IsDisposed)
        {
            Forget(FirstPage + _count);
        }
        NativeMemory.Free(_pages);
        _pages = null;
    }

    private int FirstVisibleTo(int position) => Spec.Window is { } window ? Math.Max(0, position - window + 1) : 0;

    private void Append(int tokens)
    {
        Forget(StartAfterAppend / PageLayout.Tokens);
        var count = Operands.Blocks(_length + tokens, PageLayout.Tokens) - FirstPage;
        Reserve(count);
        if (tokens > 0 && _length % PageLayout.Tokens != 0)
        {
            OwnLastPage();
        }
        while (_count < count)
        {
            _pages[_count++] = pool.Rent(Layout);
        }
        _length += tokens;
    }

    private void Forget(int firstKept)
    {
        var dropped = Math.Min(firstKept - FirstPage, _count);
        if (dropped <= 0)
        {
            return;
        }
        for (var i = 0; i < dropped; i++)
        {
            pool.Release(_pages[i], Layout);
        }
        _count -= dropped;
        FirstPage += dropped;
        new Span<nint>(_pages + dropped, _count).CopyTo(new Span<nint>(_pages, _count));
    }

    private void Reserve(int count)
    {
        if (count > _capacity)
        {
            _capacity = Math.Max(count, 2 * _capacity);
            _pages = (nint*)NativeMemory.Realloc(_pages, (nuint)_capacity * (nuint)sizeof(nint));
        }
    }

    private void OwnLastPage()
    {
        var last = _pages[_count - 1];
        if (!pool.IsShared(last))
        {
            return;
        }
        var copy = pool.Rent(Layout);
        var bytes = Layout.Bytes;
        Buffer.MemoryCopy((void*)last, (void*)copy, bytes, bytes);
        pool.Release(last, Layout);
        _pages[_count - 1] = copy;
    }
}
