namespace NotebookHost.Publishing;

/// <summary>The languages that code on a page is coloured for.</summary>
internal static class CodeLanguages
{
    private const string OfC = """
        break case char const continue default do double else enum extern false float for goto if int long register
        return short signed sizeof static struct switch true typedef union unsigned void volatile while
        """;
    private const string OfJava = """
        abstract assert boolean break byte case catch char class const continue default do double else enum extends
        false final finally float for if implements import instanceof int interface long native new null package
        private protected public record return sealed short static super switch synchronized this throw throws
        transient true try var void volatile while yield
        """;

    private static readonly CodeLanguage.StringForm Double = new("\"", "\"", '\\');
    private static readonly CodeLanguage.StringForm Single = new("'", "'", '\\');
    private static readonly CodeLanguage.StringForm Doubled = new("\"", "\"", '"');
    private static readonly CodeLanguage.StringForm SingleDoubled = new("'", "'", '\'');
    private static readonly CodeLanguage.StringForm Backticks = new("`", "`", '\\', Lines: true);
    private static readonly CodeLanguage.StringForm ThreeDouble = new("\"\"\"", "\"\"\"", '\\', Lines: true);
    private static readonly CodeLanguage.StringForm ThreeSingle = new("'''", "'''", '\\', Lines: true);

    private static readonly Dictionary<string, CodeLanguage> Known =
        new(All().SelectMany(language => language.Names.Select(name => KeyValuePair.Create(name, language))));

    /// <summary>Every name by which a language is known here.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>The language of that name, or null.</summary>
    public static CodeLanguage? Find(string name) => Known.GetValueOrDefault(name.ToLowerInvariant());

    private static IEnumerable<CodeLanguage> All() =>
    [
        LikeC("c# cs csharp", """
            abstract and as async await base bool break byte case catch char checked class const continue
            decimal default delegate do double else enum event explicit extern false finally fixed float for
            foreach global goto if implicit in init int interface internal is lock long namespace new not null
            object operator or out override params private protected public readonly record ref required return
            sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint
            ulong unchecked unsafe ushort using var virtual void volatile when where while with yield
            """, [Double], cSharp: true),
        LikeC("c h", OfC, [Double]),
        LikeC("c++ cpp cxx cuda hpp ino", OfC + " auto bool catch class constexpr delete explicit friend inline mutable namespace new noexcept"
            + " nullptr operator override private protected public template this throw try typename using virtual", [Double]),
        LikeC("java", OfJava, [ThreeDouble, Double]),
        LikeC("kotlin kt scala groovy", OfJava + " data def fun in is lazy match object override trait type val when with", [ThreeDouble, Double]),
        LikeC("swift dart", OfJava + " as func guard in let nil protocol repeat self where", [ThreeDouble, Double]),
        LikeC("rust rs", """
            as async await break const continue crate dyn else enum extern false fn for if impl in let loop
            match mod move mut pub ref return self static struct super trait true type unsafe use where while
            """, [Double with { Lines = true }]),
        LikeC("go golang", """
            break case chan const continue default defer else fallthrough false for func go goto if import
            interface map nil package range return select struct switch true type var
            """, [Double, Backticks with { Escape = '`' }]),
        new("javascript js jsx mjs typescript ts tsx", """
            any as async await boolean break case catch class const continue debugger default delete do else
            enum export extends false finally for from function if implements import in instanceof interface let
            new null number of private public readonly return static string super switch this throw true try
            type typeof undefined var void while with yield
            """)
        {
            LineComments = ["//"],
            BlockComments = [("/*", "*/")],
            Strings = [Double, Single, Backticks],
        },
        new("php", OfJava + " array as echo elseif endforeach endif fn foreach function global isset match namespace require use")
        {
            LineComments = ["//", "#"],
            BlockComments = [("/*", "*/")],
            Strings = [Double, Single],
        },
        new("json jsonc json5 jsonl ipynb", "false null true") { LineComments = ["//"], BlockComments = [("/*", "*/")], Strings = [Double] },
        new("css scss less") { BlockComments = [("/*", "*/")], Strings = [Double, Single] },
        new("f# fs fsharp ocaml ml", """
            abstract and as assert begin class default do done elif else end exception false finally for fun
            function if in inherit inline interface internal lazy let match member module mutable namespace new
            not null of open or override private public rec return static struct then to true try type use val
            when while with yield
            """)
        {
            LineComments = ["//"],
            BlockComments = [("(*", "*)")],
            Strings = [ThreeDouble with { Escape = '\0' }, Double with { Lines = true }],
            Characters = true,
            Directives = true,
        },
        new("vb vbnet vb.net visualbasic basic", """
            And As Boolean ByVal Call Case Catch Class Const Dim Do Double Each Else ElseIf End Enum Exit False
            Finally For Friend Function Get If Imports In Integer Is Loop Me Mod Module New Next Not Nothing Of
            Or OrElse Private Property Public Return Select Set Shared String Sub Then Throw To True Try Using
            While With
            """, ignoreCase: true)
        {
            LineComments = ["'"],
            Strings = [Doubled],
            Directives = true,
        },
        new("python py python3 ipython pycon", """
            and as assert async await break class continue def del elif else except False finally for from
            global if import in is lambda match None nonlocal not or pass raise return True try while with yield
            """)
        {
            LineComments = ["#"],
            Strings = [ThreeDouble, ThreeSingle, Double, Single],
        },
        new("r julia jl", """
            begin break const do else elseif end export false FALSE for function global if import in let local
            macro module mutable next NULL repeat return struct true TRUE try using while
            """)
        {
            LineComments = ["#"],
            Strings = [ThreeDouble, Double],
        },
        new("matlab octave", """
            break case catch continue else elseif end for function global if otherwise parfor return switch try
            while
            """)
        {
            LineComments = ["%", "#"],
            Strings = [Doubled],
            Characters = true,
        },
        new("sql tsql sqlite postgresql mysql kql kusto", """
            add all alter and as asc begin between by case commit create cross declare default delete desc
            distinct drop else end exists foreign from full group having if in index inner insert into is join
            key left like limit not null on or order outer primary references right select set table then top
            union unique update values view when where with
            """, ignoreCase: true)
        {
            LineComments = ["--", "//"],
            BlockComments = [("/*", "*/")],
            Strings = [SingleDoubled, Doubled],
        },
        new("bash sh shell zsh console shellscript shell-session", """
            case do done elif else esac export fi for function if in local return then until while
            """)
        {
            LineComments = ["#"],
            Strings = [Double, Single with { Escape = '\0' }],
        },
        new("powershell pwsh ps1 posh", """
            begin break catch class continue data do else elseif end exit filter finally for foreach function if
            in param process return switch throw trap try until using while
            """, ignoreCase: true)
        {
            BlockComments = [("<#", "#>")],
            LineComments = ["#"],
            Strings = [Double with { Escape = '`' }, SingleDoubled],
        },
        new("yaml yml toml ini properties dockerfile docker makefile make cmake", "false no null true yes")
        {
            LineComments = ["#"],
            Strings = [Double, Single],
        },
        new("html htm xml xhtml svg xaml axaml csproj xsl xslt aspx ashx asax cshtml razor vue mathml") { IsMarkup = true },
    ];

    private static CodeLanguage LikeC(string names, string keywords, CodeLanguage.StringForm[] strings, bool cSharp = false) => new(names, keywords)
    {
        LineComments = ["//"],
        BlockComments = [("/*", "*/")],
        Strings = strings,
        Characters = true,
        Directives = true,
        IsCSharp = cSharp,
    };
}
