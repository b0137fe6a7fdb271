using Onnx;

namespace TrivialLayers;

/// <summary>
/// The names of layers. Exporters keep the name of the module in that of its weights (<c>layer1.0.conv1.weight</c>) or of the node: PyTorch writes the path there, <c>/layer1/layer1.0/conv1/Conv</c>. Both give
/// <c>layer1.0.conv1</c>; any other name stays as it is.
/// </summary>
internal static class LayerNames
{
    private static readonly string[] s_endings = [".weight", ".scale", ".gamma"];

    public static string Of(NodeProto node)
    {
        var weight = node.Input.ElementAtOrDefault(1) ?? "";
        if (s_endings.FirstOrDefault(ending => weight.EndsWith(ending, StringComparison.Ordinal)) is { } found && weight.Length > found.Length)
            return weight[..^found.Length];
        return node.Name.StartsWith('/') ? OfPath(node) : node.Name.Length > 0 ? node.Name : node.Output[0];
    }

    private static string OfPath(NodeProto node)
    {
        var parts = node.Name.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (parts.Count > 1 && parts[^1].Split('_')[0] == node.OpType)
            parts.RemoveAt(parts.Count - 1);
        // An element of a list repeats the list's name: /features/features.0/conv.
        var named = parts.Where((part, i) => i + 1 >= parts.Count || !parts[i + 1].StartsWith(part + ".", StringComparison.Ordinal));
        return string.Join('.', named);
    }
}
