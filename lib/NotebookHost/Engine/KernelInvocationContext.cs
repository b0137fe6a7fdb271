using System.ComponentModel;

namespace Microsoft.DotNet.Interactive;

/// <summary>Not here: a cell that names it does not compile, and the error says what there is.</summary>
[Obsolete(Kernel.WhatIsThere, error: true)]
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelInvocationContext
{
    /// <summary>Not here.</summary>
    public static dynamic? Current => null;
}
