using System.Globalization;
using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Running;

/// <summary>A type whose values can be typed on a command line: one that C# has literals of, also nullable, or an array of it.</summary>
/// <param name="Name">The type's keyword.</param>
/// <param name="IsNullable">Whether <c>null</c> is a value.</param>
/// <param name="IsArray">Whether values are lists, separated by commas.</param>
internal sealed record ParameterType(string Name, bool IsNullable = false, bool IsArray = false)
{
    /// <summary>What can be declared, for messages.</summary>
    public const string Possible =
        "string, char, bool, sbyte, byte, short, ushort, int, uint, long, ulong, float, double or decimal, nullable too, or an array of these";

    /// <summary>What C# puts behind a number that is not whole.</summary>
    private const string Suffixes = "fFdDmM";

    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["String"] = "string",
        ["Char"] = "char",
        ["Boolean"] = "bool",
        ["SByte"] = "sbyte",
        ["Byte"] = "byte",
        ["Int16"] = "short",
        ["UInt16"] = "ushort",
        ["Int32"] = "int",
        ["UInt32"] = "uint",
        ["Int64"] = "long",
        ["UInt64"] = "ulong",
        ["Single"] = "float",
        ["Double"] = "double",
        ["Decimal"] = "decimal",
    };

    /// <summary>What values look like, for messages.</summary>
    public string Description
    {
        get
        {
            var one = Name switch
            {
                "string" => "any text",
                "char" => "one character",
                "bool" => "true or false",
                "sbyte" => Whole(sbyte.MinValue, sbyte.MaxValue),
                "byte" => Whole(byte.MinValue, byte.MaxValue),
                "short" => Whole(short.MinValue, short.MaxValue),
                "ushort" => Whole(ushort.MinValue, ushort.MaxValue),
                "int" => Whole(int.MinValue, int.MaxValue),
                "uint" => Whole(uint.MinValue, uint.MaxValue),
                "long" => Whole(long.MinValue, long.MaxValue),
                "ulong" => Whole(ulong.MinValue, ulong.MaxValue),
                _ => "a number with a point, such as 1.5",
            };
            return IsArray ? $"a list, separated by commas, of values that are {one}" : one;
        }
    }

    /// <summary>The type as C# writes it.</summary>
    public override string ToString() => Name + (IsNullable ? "?" : "") + (IsArray ? "[]" : "");

    /// <summary>The declared type, or for <c>var</c> that of the value it starts with; <c>null</c> when values of it cannot be typed.</summary>
    /// <param name="declared">The type as it is written.</param>
    /// <param name="value">The value it starts with, or <c>null</c>.</param>
    /// <param name="compiled">Gives the type that the compiler gives the variable, which takes longer.</param>
    public static ParameterType? Of(TypeSyntax declared, ExpressionSyntax? value, Func<ITypeSymbol?> compiled) => declared switch
    {
        { IsVar: true } => OfValue(value, compiled),
        ArrayTypeSyntax { RankSpecifiers: [{ Rank: 1 }] } array => ArrayOf(Of(array.ElementType, null, compiled)),
        NullableTypeSyntax nullable => Of(nullable.ElementType, null, compiled) is { } type ? type with { IsNullable = !type.IsArray } : null,
        PredefinedTypeSyntax { Keyword.ValueText: var keyword } when Keywords.ContainsValue(keyword) => new ParameterType(keyword),
        QualifiedNameSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "System" }, Right: IdentifierNameSyntax name } => Of(name, null, compiled),
        IdentifierNameSyntax { Identifier.ValueText: var name } when Keywords.TryGetValue(name, out var keyword) => new ParameterType(keyword),
        _ => null,
    };

    /// <summary>The C# expression for a value as typed, or <c>null</c> when it is none of this type.</summary>
    public string? Literal(string value)
    {
        if (!IsArray)
            return IsNullable && Name != "string" && value.Trim() == "null" ? "null" : One(value);
        var element = this with { IsArray = false };
        var items = value.Length == 0 ? [] : value.Split(',').Select(item => element.Literal(Name == "string" ? item : item.Trim())).ToList();
        return items.Contains(null) ? null : items.Count == 0 ? $"new {element}[0]" : $"new {this} {{ {string.Join(", ", items)} }}";
    }

    private string? One(string value) => Name switch
    {
        "string" => SymbolDisplay.FormatLiteral(value, quote: true),
        "char" => value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null,
        "bool" => bool.TryParse(value, out var truth) ? truth ? "true" : "false" : null,
        "sbyte" => Whole<sbyte>(value, ""),
        "byte" => Whole<byte>(value, ""),
        "short" => Whole<short>(value, ""),
        "ushort" => Whole<ushort>(value, ""),
        "int" => Whole<int>(value, ""),
        "uint" => Whole<uint>(value, "u"),
        "long" => Whole<long>(value, "L"),
        "ulong" => Whole<ulong>(value, "UL"),
        "double" => Number<double>(value, Decimal, "d"),
        "float" => Number<float>(value, Decimal, "f"),
        _ => Number<decimal>(value, Decimal, "m"),
    };

    private static string? Whole<T>(string value, string suffix)
        where T : INumber<T> => Number<T>(value, NumberStyles.AllowLeadingSign, suffix);

    /// <summary>A number too small for its type, which would be zero, does not fit it.</summary>
    private static string? Number<T>(string value, NumberStyles styles, string suffix)
        where T : INumber<T> => (T.TryParse(value, styles, CultureInfo.InvariantCulture, out var number) || T.TryParse(OfLiteral(value, styles), styles, CultureInfo.InvariantCulture, out number))
            && T.IsFinite(number) && !(T.IsZero(number) && HasDigits(value))
            ? number.ToString(null, CultureInfo.InvariantCulture) + suffix
            : null;

    /// <summary>Whether a digit before the exponent is not zero.</summary>
    private static bool HasDigits(string value) => value.Split('e', 'E')[0].Any(c => c is >= '1' and <= '9');

    /// <summary>A number as C# writes it, <c>0x10</c>, <c>1_000</c> or <c>2.5f</c>, in plain digits; <c>null</c> for anything else, and where whole numbers are wanted for one that is not exactly what is written.</summary>
    private static string? OfLiteral(string value, NumberStyles styles)
    {
        var (sign, digits) = value.StartsWith('-') ? ("-", value[1..]) : ("", value);
        var token = SyntaxFactory.ParseToken(digits);
        if (!token.IsKind(SyntaxKind.NumericLiteralToken) || token.Text != digits || token.ContainsDiagnostics || token.Value is not IFormattable number)
            return null;
        if (styles == Decimal || number is not (float or double or decimal))
            return sign + number.ToString(null, CultureInfo.InvariantCulture);
        return decimal.TryParse(digits.Replace("_", "", StringComparison.Ordinal).TrimEnd([.. Suffixes]), Decimal, CultureInfo.InvariantCulture, out var written)
            && written == decimal.Truncate(written) && new BigInteger(written) is var exact && exact == Exact(number)
            ? sign + exact.ToString(null, CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>The value of a literal that is a whole number, to the last digit.</summary>
    private static BigInteger Exact(IFormattable number) => number switch
    {
        float value => new BigInteger(value),
        double value => new BigInteger(value),
        _ => new BigInteger((decimal)number),
    };

    private static string Whole<T>(T least, T most)
        where T : INumber<T> => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");

    private static ParameterType? ArrayOf(ParameterType? element) => element is { IsArray: false } ? element with { IsArray = true } : null;

    private static ParameterType? OfValue(ExpressionSyntax? value, Func<ITypeSymbol?> compiled) => value switch
    {
        null => null,
        LiteralExpressionSyntax { Token.Value: { } literal } when Keywords.TryGetValue(literal.GetType().Name, out var keyword) => new ParameterType(keyword), // most are, and need no compiler
        PrefixUnaryExpressionSyntax // signed, these keep their type; other numbers change it
        {
            RawKind: (int)SyntaxKind.UnaryMinusExpression or (int)SyntaxKind.UnaryPlusExpression,
            Operand: LiteralExpressionSyntax { Token.Value: int or long or float or double or decimal } number,
        } => OfValue(number, compiled),
        _ => compiled() is { } type ? OfSymbol(type) : null,
    };

    private static ParameterType? OfSymbol(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1, ElementType: var element } => ArrayOf(OfSymbol(element)),
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var plain] } => OfSymbol(plain) is { } found ? found with { IsNullable = true } : null,
        { SpecialType: not SpecialType.None } when Keywords.TryGetValue(type.Name, out var keyword) => new ParameterType(keyword),
        _ => null,
    };
}
