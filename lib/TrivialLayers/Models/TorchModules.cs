using System.Globalization;
using System.Reflection;
using Module = TorchSharp.torch.nn.Module;

namespace TrivialLayers;

/// <summary>The modules that come with torch, in its own words: <c>conv2d stride=2 padding=1</c>.</summary>
internal static class TorchModules
{
    /// <summary>
    /// The hyperparameters that count, by PyTorch's names, and the value that is left out. The table is part of version 1 of every address: what a later TorchSharp adds to a module does not count until a
    /// later version lists it. Not listed: what the shapes of the weights say already, and <c>inplace</c>, which changes no result.
    /// </summary>
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["stride"] = "1", ["padding"] = "0", ["dilation"] = "1", ["groups"] = "1", ["padding_mode"] = "zeros", ["padding_type"] = "none", ["output_padding"] = "0",
        ["eps"] = "1E-05", ["momentum"] = "0.1", ["affine"] = "true", ["track_running_stats"] = "true", ["elementwise_affine"] = "true", ["num_groups"] = "", ["normalized_shape"] = "",
        ["kernel_size"] = "", ["output_size"] = "", ["output_ratio"] = "none", ["ceil_mode"] = "false", ["count_include_pad"] = "true", ["divisor_override"] = "none", ["norm_type"] = "",
        ["start_dim"] = "1", ["end_dim"] = "-1", ["dim"] = "", ["unflattened_size"] = "", ["upscale_factor"] = "", ["downscale_factor"] = "",
        ["p"] = "0.5", ["alpha"] = "1", ["beta"] = "1", ["k"] = "1", ["size"] = "", ["threshold"] = "20", ["value"] = "0", ["negative_slope"] = "0.01", ["lower"] = "0.125", ["upper"] = "0.3333333333333333",
        ["lambda"] = "0.5", ["min_val"] = "-1", ["max_val"] = "1", ["approximate"] = "none", ["mode"] = "nearest", ["align_corners"] = "none", ["scale_factor"] = "none", ["recompute_scale_factor"] = "none",
    };

    /// <summary>The word for a module of torch and its hyperparameters in the order of their names; null for any other module, and for one that only holds others.</summary>
    public static string? Describe(Module module)
    {
        var type = module.GetType();
        if (type.Assembly != typeof(Module).Assembly || module is TorchSharp.Modules.Sequential || type.IsGenericType)
            return null;
        var options = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => LeftOut.ContainsKey(property.Name) && property.GetIndexParameters().Length == 0)
            .Select(property => (property.Name, Text(Value(module, property))));
        return Describe(type.Name, options, module.named_parameters(recurse: false).Any());
    }

    /// <summary>The same of a module that is known by the texts of its hyperparameters.</summary>
    internal static string Describe(string type, IEnumerable<(string Name, string Value)> hyperparameters, bool hasWeights)
    {
        var counting = hyperparameters
            .Where(option => LeftOut.TryGetValue(option.Name, out var leftOut) && option.Value != leftOut && !(hasWeights && option.Name is "kernel_size" or "normalized_shape"))
            .OrderBy(option => option.Name, StringComparer.Ordinal);
        return string.Concat(counting.Select(option => $" {option.Name}={option.Value}").Prepend(type.ToLowerInvariant()));
    }

    /// <summary>The value of a property, also of one that is a span.</summary>
    private static object? Value(Module module, PropertyInfo property) => module is TorchSharp.Modules.Upsample upsample
        ? property.Name switch
        {
            "size" => upsample.size.ToArray(),
            "scale_factor" => upsample.scale_factor.ToArray(),
            _ => property.GetValue(module),
        }
        : property.GetValue(module);

    private static string Text(object? value) => value switch
    {
        null => "none",
        Array { Length: 0 } => "none",
        Array array when array.Cast<object>().Distinct().Count() == 1 => Text(array.GetValue(0)),
        Array array => string.Join(',', array.Cast<object>().Select(Text)),
        System.Runtime.CompilerServices.ITuple pair => string.Join(',', Enumerable.Range(0, pair.Length).Select(i => Text(pair[i]))),
        bool or Enum => value.ToString()!.ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
