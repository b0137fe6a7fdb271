using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace TrivialLayers.Models;

/// <summary>A network as text: a line a module with its type, plain-valued hyperparameters and shapes. What a hash of it cannot see, <see cref="BehaviourProbe"/> does.</summary>
internal static class ModuleTree
{
    /// <summary>Properties that say in which state a module is, not which module it is.</summary>
    private static readonly HashSet<string> StateNames = ["training", "is_training", "Title"];

    public static string Describe(Module network)
    {
        var text = new StringBuilder();
        foreach (var (name, module) in network.named_modules().Prepend(("", network)))
        {
            text.Append(name.Length == 0 ? "(network)" : name).Append(": ").Append(module.GetType().Name);
            foreach (var (property, value) in Hyperparameters(module))
                text.Append(CultureInfo.InvariantCulture, $" {property}={value}");
            foreach (var (parameter, tensor) in module.named_parameters(recurse: false))
                text.Append(CultureInfo.InvariantCulture, $" {parameter}[{string.Join('×', tensor.shape)}]{(tensor.requires_grad ? "" : " fixed")}");
            foreach (var (buffer, tensor) in module.named_buffers(recurse: false))
                text.Append(CultureInfo.InvariantCulture, $" {buffer}({string.Join('×', tensor.shape)})");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>SHA-256 over the modules and the bytes of all parameters and buffers, in hexadecimal.</summary>
    public static string Fingerprint(Module network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Describe(network)));
        foreach (var (name, tensor) in network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            var values = tensor.detach().cpu().contiguous();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(values.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Public properties, and the fields of the module's own type, that hold numbers, text, enums or lists of whole numbers.</summary>
    private static IEnumerable<(string Name, string Value)> Hyperparameters(Module module)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in module.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetIndexParameters().Length == 0 && IsPlain(property.PropertyType) && !StateNames.Contains(property.Name))
                found[property.Name] = Text(property.GetValue(module));
        }

        for (var type = module.GetType(); type is not null && type.Assembly != typeof(Module).Assembly; type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (IsPlain(field.FieldType) && !field.Name.StartsWith('<'))
                    found[field.Name] = Text(field.GetValue(module));
            }
        }

        return found.Select(entry => (entry.Key, entry.Value));
    }

    private static bool IsPlain(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return (type.IsPrimitive && type != typeof(nint) && type != typeof(nuint))
            || type.IsEnum || type == typeof(string) || type == typeof(long[]) || type == typeof(int[]);
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        Array array => string.Join(',', array.Cast<object>()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
