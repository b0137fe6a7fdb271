using System.Reflection;
using System.Text;

namespace TrivialLayers.Tests;

/// <summary>What an assembly offers, as text: a block a type, a line a member, in a fixed order.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext s_nullability = new();

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(ulong)] = "ulong",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    /// <summary>Compares with <c>PublicApi.txt</c> of the library's tests; one that differs is written beside the tests' assembly.</summary>
    public static void Demand(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        var file = Path.Combine(RepositoryRoot.Path, "tests", name + ".Tests", "PublicApi.txt");
        var found = Of(assembly);
        if (File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == found)
            return;
        var fresh = Path.Combine(AppContext.BaseDirectory, "PublicApi.txt");
        File.WriteAllText(fresh, found);
        Assert.Fail($"The public API of {name} is not that of {file}. When the change is meant: cp {fresh} {file}");
    }

    private static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var line in type.IsEnum ? Enum.GetNames(type) : Members(type).Order(StringComparer.Ordinal).ToArray())
                text.Append("    ").Append(line).Append('\n');
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + "class";
        var bases = type.IsEnum || type.IsValueType || type.BaseType is null || type.BaseType == typeof(object) ? [] : new[] { type.BaseType };
        var own = type.GetInterfaces().Where(implemented => !type.IsEnum && implemented.IsPublic && !bases.Any(parent => implemented.IsAssignableFrom(parent)) && !implemented.IsGenericType);
        var parents = bases.Concat(own).Select(NameOf).ToList();
        return $"{kind} {type.Namespace}.{NameOf(type)}{(parents.Count == 0 ? "" : " : " + string.Join(", ", parents))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        var accessors = type.GetProperties(Declared).SelectMany(property => property.GetAccessors(nonPublic: true))
            .Concat(type.GetEvents(Declared).SelectMany(offered => new[] { offered.AddMethod!, offered.RemoveMethod! })).ToHashSet();
        foreach (var constructor in type.GetConstructors(Declared).Where(IsOffered))
            yield return $"new({Parameters(constructor)})";
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
            yield return $"{(field.IsLiteral ? $"const {NameOf(field.FieldType)} {field.Name} = {Value(field.GetRawConstantValue())}" : $"{NameOf(field.FieldType)} {field.Name}")}";
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsOffered)))
            yield return $"{Modifier(property.GetAccessors(nonPublic: true)[0])}{NameOf(property.PropertyType, s_nullability.Create(property))} {Indexed(property)} {{ {Accessors(property)} }}";
        foreach (var offered in type.GetEvents(Declared).Where(offered => IsOffered(offered.AddMethod!)))
            yield return $"event {NameOf(offered.EventHandlerType!)} {offered.Name}";
        foreach (var method in type.GetMethods(Declared).Where(method => IsOffered(method) && !accessors.Contains(method) && !IsOfEveryRecord(method)))
            yield return $"{Modifier(method)}{NameOf(method.ReturnType, s_nullability.Create(method.ReturnParameter))} {method.Name}{Generic(method)}({Parameters(method)})";
    }

    private static bool IsOffered(MethodBase method) => method.IsPublic || method.IsFamily;

    private static bool IsOfEveryRecord(MethodInfo method) =>
        method.Name is "<Clone>$" or "PrintMembers" or "Deconstruct" or "Equals" or "GetHashCode" or "ToString" or "op_Equality" or "op_Inequality";

    private static string Modifier(MethodBase method) => method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : method.IsVirtual && !method.IsFinal && !method.DeclaringType!.IsInterface ? "virtual " : "";

    private static string Indexed(PropertyInfo property) => property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;

    private static string Accessors(PropertyInfo property) => string.Join(' ', new[]
    {
        property.GetMethod is { } get && IsOffered(get) ? "get;" : null,
        property.SetMethod is { } set && IsOffered(set) ? set.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init;" : "set;" : null,
    }.OfType<string>());

    private static string Generic(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") + NameOf(parameter.ParameterType, s_nullability.Create(parameter)) + " " + parameter.Name
        + (parameter.HasDefaultValue ? " = " + Value(parameter.DefaultValue) : "");

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => FormattableString.Invariant($"{value}"),
    };

    private static string NameOf(Type type, NullabilityInfo nullability)
    {
        var name = type.IsArray ? NameOf(type.GetElementType()!, nullability.ElementType!) + "[]"
            : type.IsGenericType && Nullable.GetUnderlyingType(type) is null && nullability.GenericTypeArguments.Length > 0 && !IsTuple(type)
                ? $"{Plain(type)}<{string.Join(", ", type.GetGenericArguments().Zip(nullability.GenericTypeArguments, NameOf))}>"
                : NameOf(type);
        return name + (!type.IsValueType && nullability.ReadState == NullabilityState.Nullable ? "?" : "");
    }

    private static string NameOf(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsByRef)
            return NameOf(type.GetElementType()!) + "&";
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return NameOf(underlying) + "?";
        if (IsTuple(type))
            return $"({string.Join(", ", type.GetGenericArguments().Select(NameOf))})";
        return Plain(type) + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : "");
    }

    private static string Plain(Type type) => (type is { IsNested: true, IsGenericParameter: false } ? Plain(type.DeclaringType!) + "." : "") + type.Name.Split('`')[0];

    private static bool IsTuple(Type type) => type.IsGenericType && type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true;
}
