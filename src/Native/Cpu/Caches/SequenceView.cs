namespace MlxActors.Native.Cpu.Caches;

/// <summary>The rows of one sequence and the pages it reads, as kernels see them. Positions count from the sequence's start.</summary>
internal unsafe struct SequenceView
{
    public nint* Pages;

    /// <summary>Index of the page at <c>Pages[0]</c>.</summary>
    public int FirstPage;

    public int FirstRow;

    public int Rows;

    /// <summary>Position of the first row.</summary>
    public int Offset;

    public readonly byte* Page(int index) => (byte*)Pages[index - FirstPage];
}
