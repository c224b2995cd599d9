namespace MlxActors.Models.Media.Jpeg;

/// <summary>What a scan says about one block. There is one coder for each of the five procedures of T.81.</summary>
internal interface IBlockCoder
{
    /// <summary>Reads a block's part of the scan; false when the bits make no sense.</summary>
    /// <param name="bits">The scan's data.</param>
    /// <param name="component">Whose block it is.</param>
    /// <param name="block">Number of the block within the component, row by row.</param>
    bool TryDecode(ref BitReader bits, ScanComponent component, int block);

    /// <summary>Forgets what carries over from block to block.</summary>
    void Restart();
}
