namespace TrivialLayers;

/// <summary>libtorch, the native half of TorchSharp, could not be loaded. The message says what is missing and what to do.</summary>
public sealed class LibTorchNotLoadedException : Exception
{
    /// <summary>An exception with a general message.</summary>
    public LibTorchNotLoadedException()
        : this("libtorch could not be loaded. See environment.md.")
    {
    }

    /// <summary>An exception with <paramref name="message"/>.</summary>
    public LibTorchNotLoadedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public LibTorchNotLoadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What to say when no folder holds the libraries.</summary>
    internal static string Absent(string platform, string package, string version, IEnumerable<string> folders)
    {
        var remedy = platform is "linux-x64" or "win-x64" or "osx-arm64"
            ? $"add its package to the program: dotnet add package {package} --version {version}\n"
                + "In the repository of Trivial Layers, and for copies of its build: build on this machine, dotnet build lib/TrivialLayers -c Release; more in environment.md."
                + (platform == "linux-x64" ? $"\nOr set {LibTorch.FolderVariable} to the folder of an installed libtorch: torch/lib of Python's PyTorch, for instance." : "")
            : $"there is no libtorch package for {platform}. Use Linux or Windows on x64, or macOS on Apple silicon, with the x64 (on macOS the arm64) build of .NET.";
        return $"libtorch was not found: {remedy}\nLooked in:\n{string.Join('\n', folders.Select(f => "  " + f))}";
    }

    /// <summary>What to say when the folder that the user names holds no libtorch.</summary>
    internal static string NotIn(string folder, Version oldest)
    {
        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*torch*").Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(6).ToList() is { Count: > 0 } files ? $"It contains {string.Join(", ", files)}." : "It contains no file of libtorch."
            : "There is no such folder.";
        return $"{LibTorch.FolderVariable} is {folder}, and libtorch was not found there. {found}\n{Wanted(oldest)}";
    }

    /// <summary>What to say when the libtorch that the user names is not one that TorchSharp works with.</summary>
    internal static string Unfit(string folder, string reason, Version oldest) => $"The libtorch of {LibTorch.FolderVariable}, {folder}, cannot be used: {reason}\n{Wanted(oldest)}";

    private static string Wanted(Version oldest) =>
        $"Expected the folder that contains libtorch.so, libtorch_cpu.so and libc10.so of libtorch {oldest.ToString(2)} or newer, with the C++11 ABI, as in Python's PyTorch of that version: "
        + "python3 -c \"import os, torch; print(os.path.join(os.path.dirname(torch.__file__), 'lib'))\". Or unset the variable. More in environment.md.";

    /// <summary>Whether the system's reason is that a file is damaged.</summary>
    internal static bool IsDamage(string reason) => reason.Contains("file too short", StringComparison.Ordinal) || reason.Contains("invalid ELF header", StringComparison.Ordinal);

    /// <summary>What to say when the system refuses to load <paramref name="file"/>, giving <paramref name="reason"/>.</summary>
    internal static string Refused(string file, string reason)
    {
        string remedy;
        if (reason.Contains("GLIBCXX_", StringComparison.Ordinal) || reason.Contains("CXXABI_", StringComparison.Ordinal))
            remedy = "The system's C++ library (libstdc++) is older than the file requires. Delete the obj folder (in the repository lib/TrivialLayers/obj) and build again on this machine: "
                + "the build then adapts the file to Debian 12 and Ubuntu 22.04. Older systems need a newer libstdc++.";
        else if (reason.Contains("GLIBC_", StringComparison.Ordinal))
            remedy = "The system's C library (glibc) is too old. TorchSharp needs glibc 2.34 or newer: Debian 12, Ubuntu 22.04, RHEL 9 or later.";
        else if (reason.Contains("0x8007007E", StringComparison.OrdinalIgnoreCase))
            remedy = "A library that this file needs is missing. Install the Microsoft Visual C++ Redistributable 2015-2022 (x64): https://aka.ms/vs/17/release/vc_redist.x64.exe";
        else if (reason.Contains("cannot open shared object file", StringComparison.Ordinal))
            remedy = "A library that this file needs is missing; the reason above names it. Install the package that brings it, or delete the bin folder (in the repository lib/TrivialLayers/bin) and build again.";
        else if (IsDamage(reason))
            remedy = "The file is damaged. Delete the bin folder (in the repository lib/TrivialLayers/bin) and build again; if that does not help, run: dotnet nuget locals global-packages --clear";
        else
            remedy = "Delete the folders bin and obj (in the repository those of lib/TrivialLayers) and build again on this machine.";
        return $"libtorch could not be loaded. The system refused {file}:\n  {reason.Trim().ReplaceLineEndings("\n  ")}\n{remedy}\nMore in environment.md.";
    }
}
