namespace Microsoft.DotNet.Interactive;

/// <summary>A text that is not shown where a value is. The name is .NET Interactive's.</summary>
/// <param name="clearTextPassword">The text.</param>
public sealed class PasswordString(string clearTextPassword)
{
    /// <summary>The text itself.</summary>
    public string GetClearTextPassword() => clearTextPassword;

    /// <summary>Eight asterisks, whatever the text.</summary>
    public override string ToString() => "********";
}
