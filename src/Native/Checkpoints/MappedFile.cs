using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace MlxActors.Native.Checkpoints;

/// <summary>A file mapped read-only into memory. Readable from any thread; spans and pointers die with it.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _handle;
    private byte* _start;
    private int _touched;

    private MappedFile(string path, FileStream file)
    {
        Path = path;
        Length = file.Length;
        _map = MemoryMappedFile.CreateFromFile(
            file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _handle = _view.SafeMemoryMappedViewHandle;
        _handle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        LargePages.AskFor(_start, Length);
        MemoryUse.AddMapped(Length);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>First byte of the mapping.</summary>
    internal byte* Start => _start is null ? throw new ObjectDisposedException(Path) : _start;

    /// <summary>Maps a file that is not empty. Follows links: the Hugging Face cache is made of them.</summary>
    /// <exception cref="IOException">The file cannot be read, or is empty.</exception>
    public static MappedFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (file.Length > 0)
        {
            return new MappedFile(path, file);
        }
        file.Dispose();
        throw new IOException($"{path} is empty");
    }

    public ReadOnlySpan<byte> Bytes(long offset, int length) =>
        offset >= 0 && length >= 0 && offset <= Length - length
            ? new ReadOnlySpan<byte>(Start + offset, length)
            : throw new ArgumentOutOfRangeException(nameof(offset), $"{offset} + {length} lies outside the {Length} bytes of {Path}");

    /// <summary>Reads one byte of each memory page of a range, which brings the range into memory.</summary>
    public void Touch(long offset, int length)
    {
        var bytes = Bytes(offset, length);
        var seen = 0;
        for (var i = 0; i < bytes.Length; i += Environment.SystemPageSize)
        {
            seen += bytes[i];
        }
        // Read by nobody; written so that the loop above is not optimized away.
        Volatile.Write(ref _touched, seen);
    }

    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _handle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
            MemoryUse.AddMapped(-Length);
        }
    }
}
