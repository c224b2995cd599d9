using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

public static class Scopes
{
    /// <summary>Computes in a scope of its own: the temporaries of thousands of patches would add up over the layers of a tower.</summary>
    public static KeptTensor Kept(this IBackend b, Func<Tensor> compute)
    {
        using var scope = b.BeginScope();
        return b.Keep(compute());
    }
}
