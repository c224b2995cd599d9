using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MlxActors.Models.Hub;

/// <summary>Tells whether bytes, given piece by piece, are the file that the hub describes.</summary>
public sealed class BlobHasher : IDisposable
{
    private readonly RepoFile _file;
    private readonly IncrementalHash _hash;

    public BlobHasher(RepoFile file)
    {
        _file = file;
        _hash = IncrementalHash.CreateHash(file.Blob.IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        Begin();
    }

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Forgets what was given.</summary>
    public void Restart()
    {
        _hash.GetHashAndReset();
        Begin();
    }

    /// <summary>Whether what was given is the whole file; forgets it.</summary>
    public bool Matches()
    {
        var isMatch = Convert.ToHexStringLower(_hash.GetHashAndReset()) == _file.Blob.Hex;
        Begin();
        return isMatch;
    }

    public void Dispose() => _hash.Dispose();

    // A git object id is over a header with the size, and then the content.
    private void Begin()
    {
        if (!_file.Blob.IsSha256)
        {
            _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {_file.Size}\0")));
        }
    }
}
