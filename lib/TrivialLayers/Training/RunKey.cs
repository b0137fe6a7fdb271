using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrivialLayers.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Training;

/// <summary>The address of a run: SHA-256 over the network's modules, the data, the recipe and the seed.</summary>
internal static class RunKey
{
    /// <param name="network">The network, already initialised from the seed.</param>
    /// <param name="dataFingerprint">Fingerprint of training and validation images.</param>
    /// <param name="recipe">The recipe; its name does not count.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="given">Names of parameters and buffers that no initialisation reaches; their values count.</param>
    public static string Of(Module network, string dataFingerprint, Recipe recipe, long seed, IReadOnlyList<string> given)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add("trivial-layers run 1");
        Add(ModuleTree.Describe(network));
        Add(dataFingerprint);
        Add((recipe with { Name = "" }).ToString());
        Add(seed.ToString(CultureInfo.InvariantCulture));
        var state = network.state_dict();
        foreach (var name in given)
        {
            using var scope = NewDisposeScope();
            var values = state[name].detach().cpu().contiguous();
            Add(name);
            hash.AppendData(values.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
