using NotebookHost.Grid;
using NotebookHost.Running;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>What is found before anything starts.</summary>
public sealed class PreflightTests : IDisposable
{
    private readonly GridInFolder _made = new("1");

    public void Dispose() => _made.Dispose();

    [Fact]
    public void A_grid_that_is_in_order_passes() => Assert.Null(Record.Exception(() => Preflight.Check(Plan("notebook,seed\n../n.ipynb,1\n"), Plan("notebook,seed\n../n.ipynb,1\n").Points)));

    [Fact]
    public void What_is_not_to_be_run_is_not_checked()
    {
        var grid = Plan("notebook,seed\n../gone.ipynb,1\n../n.ipynb,1\n");
        Assert.Null(Record.Exception(() => Preflight.Check(grid, [grid.Points[1]])));
    }

    [Theory]
    [InlineData("notebook,sed\n../n.ipynb,1\n../n.ipynb,2\n", "There is no parameter sed. Declared in n.ipynb: name, seed. (point 001, 002)")]
    [InlineData("notebook,seed\n../n.ipynb,1\n../n.ipynb,x\n", "The parameter seed is declared as int; 'x' is not a valid int; expected a whole number from -2147483648 to 2147483647. (point 002)")]
    [InlineData("notebook,seed\n../none.ipynb,1\n", "none.ipynb")]
    [InlineData("notebook,seed\n../n.ipynb,1\n../n.ipynb,2\n../n.ipynb,1.0\n../n.ipynb,01\n", "These points give n.ipynb the same values; keep one of them: 001 (seed=1), 003 (seed=1.0), 004 (seed=01)")]
    [InlineData("notebook,seed,name\n../n.ipynb,2,a\n../n.ipynb,2,\n", "These points give n.ipynb the same values; keep one of them: 001 (seed=2 name=a), 002 (seed=2)")]
    public void What_a_notebook_would_not_take_is_said_with_its_points(string list, string problem) =>
        Assert.Contains(problem, Assert.Throws<RunException>(() => Preflight.Check(Plan(list), Plan(list).Points)).Message, StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var grid = Plan("notebook,seed\n../n.ipynb,x\n../none.ipynb,1\n");
        Assert.Equal(2, Assert.Throws<RunException>(() => Preflight.Check(grid, grid.Points)).Message.Split('\n').Length);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said()
    {
        var grid = GridFolder.Planned(Path.Combine(_made.Notebook, "grid"), Plan("notebook\n../n.ipynb\n").Points);
        Assert.Contains("cannot be written", Assert.Throws<RunException>(() => Preflight.Check(grid, [])).Message, StringComparison.Ordinal);
        grid = GridFolder.Planned(_made.Notebook, grid.Points);
        Assert.Equal(
            $"{_made.Notebook} cannot be written: {_made.Notebook} is a file; expected a folder. Name another one for the grid with --out.",
            Assert.Throws<RunException>(() => Preflight.Check(grid, [])).Message);
    }

    [Fact]
    public async Task The_cells_up_to_the_one_tagged_preflight_run_once_for_all_points_that_give_what_they_name_the_same_values()
    {
        _made.Use("[preflight]System.IO.File.AppendAllText(\"looked\", name); if (name == \"none\") throw new Exception(\"no such data\");", "System.IO.File.WriteAllText(\"ran\", \"\");");
        var grid = Plan("notebook,seed,name\n../n.ipynb,1,a\n../n.ipynb,2,none\n../n.ipynb,3,a\n../n.ipynb,4,none\n");
        var shown = new List<string>();
        var refusal = await Assert.ThrowsAsync<RunException>(() => PreflightCells.Check(grid, grid.Points, Shown, TestContext.Current.CancellationToken));
        Assert.Equal("cell 2: System.Exception: no such data (point 002, 004)", refusal.Message);
        Assert.Equal(["preflight 1 of 2: n name=a", "preflight 2 of 2: n name=none"], shown);
        Assert.Equal("anone", File.ReadAllText(Path.Combine(_made.Around, "looked")));
        Assert.Equal(["looked", "n.ipynb"], Directory.GetFileSystemEntries(_made.Around).Select(Path.GetFileName).Order());

        IRunProgress Shown(string name)
        {
            shown.Add(name);
            return new NoProgress();
        }
    }

    [Fact]
    public async Task What_the_cells_tagged_preflight_find_keeps_a_grid_from_beginning_unless_they_are_left_out()
    {
        _made.Use("[preflight]throw new Exception(\"no such data\");");
        string[] command = ["grid", _made.Notebook, "--set", "seed=1,2", "--out", _made.Path];
        var (exit, _, error) = await NotebookFolder.Host(command);
        Assert.Equal(2, exit);
        Assert.Contains("preflight 1 of 1: n: 2 cells", error, StringComparison.Ordinal);
        Assert.EndsWith("cell 2: System.Exception: no such data (point 001, 002)", error.Trim(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_made.Path));

        (exit, _, error) = await NotebookFolder.Host([.. command, "--no-preflight", "--dry-run"]);
        Assert.Equal((0, ""), (exit, error));
    }

    [Fact]
    public async Task A_dry_run_shows_points_and_writes_nothing()
    {
        var before = Directory.GetFileSystemEntries(_made.Around);
        var (exit, output, error) = await NotebookFolder.Host("grid", _made.Notebook, "--set", "seed=1,2", "-p", "name=it's", "--out", _made.Path, "--dry-run");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal($"001: run {_made.Notebook} -p seed=1 -p 'name=it'\\''s'", output.Split('\n')[0]);
        Assert.Contains("2 of 2 points would be run here, 1 at a time.", output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_made.Around));
    }

    [Fact]
    public async Task Paths_in_a_list_start_at_its_folder_and_what_it_leaves_out_is_given_beside_it()
    {
        var list = Path.Combine(Directory.CreateDirectory(Path.Combine(_made.Around, "lists")).FullName, "my.csv");
        File.WriteAllText(list, "id,notebook,seed\nsmall,../n.ipynb,5\nplain,,\n");
        var (exit, output, error) = await NotebookFolder.Host("grid", _made.Notebook, "--points", list, "-p", "name=b", "--out", _made.Path, "--dry-run");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal([$"small: run {_made.Notebook} -p seed=5 -p name=b", $"plain: run {_made.Notebook} -p name=b"], output.Split('\n')[..2]);
    }

    [Theory]
    [InlineData("Give either --set or --points, not both.", "--points", "list.csv", "--set", "a=1")]
    [InlineData("Name the notebook to run", "--set", "a=1")]
    [InlineData("add --slurm", "n.ipynb", "--gres", "gpu:1")]
    [InlineData("add --slurm", "n.ipynb", "--", "--partition=main")]
    [InlineData("add --slurm", "n.ipynb", "--at-most", "3")]
    [InlineData("with --slurm use --limit and --time", "n.ipynb", "--slurm", "--workers", "3")]
    [InlineData("--workers must be at least 1; got 0", "n.ipynb", "--workers", "0")]
    [InlineData("--limit must be at least 1; got 0", "{notebook}", "--slurm", "--limit", "0")]
    [InlineData("--at-most must be at least 1; got 0", "{notebook}", "--slurm", "--at-most", "0")]
    [InlineData("--time 4 h: expected what sbatch takes", "{notebook}", "--slurm", "--time", "4 h")]
    [InlineData("is not a grid's folder", "status", "nowhere")]
    public async Task What_does_not_go_together_is_refused(string reason, params string[] arguments)
    {
        var (exit, _, error) = await NotebookFolder.Host(["grid", .. arguments.Select(argument => argument == "{notebook}" ? _made.Notebook : argument)]);
        Assert.Equal(2, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_sbatch_it_is_said_what_to_do_and_a_data_folder_that_is_not_there_is_named()
    {
        var (exit, _, error) = await NotebookFolder.Host(start => start.Environment["PATH"] = _made.Around, static _ => Task.CompletedTask, "grid", _made.Notebook, "--out", _made.Path, "--slurm");
        Assert.Equal(2, exit);
        Assert.Contains("scontrol cannot be started", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_made.Path));

        (exit, _, error) = await NotebookFolder.Host(start => start.Environment["TRIVIAL_LAYERS_DATA"] = "/none/here", static _ => Task.CompletedTask, "grid", _made.Notebook, "--out", _made.Path);
        Assert.Equal((2, "TRIVIAL_LAYERS_DATA names the folder /none/here, which does not exist."), (exit, error.Trim()));
    }

    private GridFolder Plan(string list) => GridFolder.Planned(_made.Path, PointsFile.Parse(list));
}
