using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>A segment prepared for evaluation with some of its kernels at zero. What a zeroed convolution gives is the same for every image, so it is computed for one image only.</summary>
internal interface IFoldedSegment : IDisposable
{
    /// <summary>
    /// The segment's output <c>[N, C, H, W]</c>, or <c>[1, C, H, W]</c> where it does not depend on the image. What was computed for the input of the last <see cref="Begin"/> is used again.
    /// </summary>
    /// <param name="input">The segment's input, <c>[N, …]</c> or <c>[1, …]</c>.</param>
    /// <param name="zeroed">Dotted names of the convolutions whose kernels are zero; names of other segments do not matter.</param>
    Tensor Forward(Tensor input, IReadOnlySet<string> zeroed);

    /// <summary>
    /// As <see cref="Forward"/>; keeps the parts of the segment that another call on the same input, with the same kernels at zero and more, can use. They belong to the current dispose scope.
    /// </summary>
    Tensor Begin(Tensor input, IReadOnlySet<string> zeroed);
}
