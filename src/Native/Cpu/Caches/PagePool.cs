using System.Runtime.InteropServices;
using MlxActors.Native.Cpu.Memory;

namespace MlxActors.Native.Cpu.Caches;

/// <summary>
/// Pages of native memory with counted references; a page that nobody holds is used again for the same layout. They are cut from blocks of
/// many, so that those lie in large pages of the system's.
/// </summary>
internal sealed unsafe class PagePool : IDisposable
{
    private const int PagesPerBlock = 16;

    private readonly Dictionary<PageLayout, nint> _free = [];
    private readonly List<NativeBlock> _blocks = [];

    public bool IsDisposed { get; private set; }

    /// <summary>Pages handed out and not yet given back.</summary>
    public int InUse { get; private set; }

    /// <summary>A zeroed page with one reference.</summary>
    public nint Rent(PageLayout layout)
    {
        var page = _free.GetValueOrDefault(layout);
        if (page == 0)
        {
            page = Cut(layout);
        }
        _free[layout] = HeaderOf(page)->NextFree;
        *HeaderOf(page) = new Header { References = 1 };
        layout.Clear((byte*)page);
        InUse++;
        return page;
    }

    public bool IsShared(nint page) => HeaderOf(page)->References > 1;

    public void Share(nint page) => HeaderOf(page)->References++;

    public void Release(nint page, PageLayout layout)
    {
        var header = HeaderOf(page);
        if (--header->References == 0)
        {
            header->NextFree = _free.GetValueOrDefault(layout);
            _free[layout] = page;
            InUse--;
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        foreach (var block in _blocks)
        {
            block.Dispose();
        }
        _blocks.Clear();
        _free.Clear();
    }

    /// <summary>A new block, as a list of free pages.</summary>
    private nint Cut(PageLayout layout)
    {
        var length = NativeBlock.Align(NativeBlock.Alignment + layout.Bytes);
        var block = new NativeBlock((PagesPerBlock * length + LargePages.Size - 1) / LargePages.Size * LargePages.Size);
        _blocks.Add(block);
        var first = (nint)0;
        for (var offset = block.Length / length * length; offset > 0; offset -= length)
        {
            var page = (nint)block.Start + (nint)(offset - length) + NativeBlock.Alignment;
            HeaderOf(page)->NextFree = first;
            first = page;
        }
        return first;
    }

    private static Header* HeaderOf(nint page) => (Header*)(page - NativeBlock.Alignment);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public int References;
        public nint NextFree;
    }
}
