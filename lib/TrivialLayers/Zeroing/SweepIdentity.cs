using System.Security.Cryptography;
using System.Text;
using TrivialLayers.Data;
using TrivialLayers.Models;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>What a sweep was made of: enough to find it again.</summary>
/// <param name="Network">The network's name for people.</param>
/// <param name="Weights">SHA-256 over modules and weights, in hexadecimal.</param>
/// <param name="Images">The name of the image set.</param>
/// <param name="ImagesFingerprint">SHA-256 of the images, in hexadecimal.</param>
/// <param name="Operation">What was done to the layers.</param>
public sealed record SweepIdentity(string Network, string Weights, string Images, string ImagesFingerprint, string Operation)
{
    /// <summary>The paper's operation: each kernel replaced with zeros, one at a time.</summary>
    public const string ZeroEachKernel = "zero each kernel";

    /// <summary>SHA-256 over weights, images and operation, in hexadecimal.</summary>
    public string Address => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Weights}\n{ImagesFingerprint}\n{Operation}")));

    internal static SweepIdentity Of(Module network, ImageSet images, string operation) => Of(network, ModuleTree.Fingerprint(network), images, operation);

    /// <summary>The same for weights that are known by their fingerprint alone.</summary>
    internal static SweepIdentity Of(Module network, string weights, ImageSet images, string operation) => new(
        network is StagedNetwork staged ? staged.Title : network.GetName(), weights, images.Name, images.Fingerprint, operation);
}
