namespace MlxActors.Models.Caches;

/// <summary>
/// The rotary positions of one sequence's tokens along the axes time, row and column. Text counts up along all of them together. The
/// tokens of an image on a grid share one moment and stand on its rows and columns; what follows goes on behind the longer side, so that
/// positions lag behind the number of tokens from there on.
/// </summary>
public sealed class TokenPositions
{
    /// <summary>Ascending and apart from each other.</summary>
    private readonly List<Grid> _grids = [];

    /// <summary>
    /// Says that the tokens from <paramref name="token"/> on lie on a grid, row by row; forgets grids that were said to begin there or
    /// later.
    /// </summary>
    public void Place(int token, int rows, int columns)
    {
        _grids.RemoveAll(grid => grid.Token >= token);
        _grids.Add(new Grid(token, rows, columns));
    }

    /// <summary>Positions along one axis (0 time, 1 row, 2 column) of the tokens from <paramref name="token"/> on.</summary>
    public void CopyTo(Span<int> positions, int token, int axis)
    {
        var (next, lag) = (0, 0);
        for (var i = 0; i < positions.Length; i++, token++)
        {
            while (next < _grids.Count && _grids[next].End <= token)
            {
                lag += _grids[next++].Lag;
            }
            positions[i] = next < _grids.Count && _grids[next].Token <= token
                ? _grids[next].Token - lag + _grids[next].Along(axis, token)
                : token - lag;
        }
    }

    /// <summary>The positions of a sequence that shares its first <paramref name="length"/> tokens with this one.</summary>
    public TokenPositions Fork(int length)
    {
        var fork = new TokenPositions();
        fork._grids.AddRange(_grids.Where(grid => grid.Token < length));
        return fork;
    }

    private readonly record struct Grid(int Token, int Rows, int Columns)
    {
        public int End => Token + Rows * Columns;

        /// <summary>By how much positions fall behind the number of tokens.</summary>
        public int Lag => Rows * Columns - Math.Max(Rows, Columns);

        public int Along(int axis, int token) => axis switch
        {
            0 => 0,
            1 => (token - Token) / Columns,
            2 => (token - Token) % Columns,
            _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, "neither time, row nor column"),
        };
    }
}
