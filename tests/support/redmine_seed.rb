# Fills a new Redmine: run by its own runner, with JSON on standard input; prints the users' numbers.
#
# Uses Redmine's models, so that issues come out exactly as Redmine makes them.
seed = JSON.parse($stdin.read)

Redmine::DefaultData::Loader.load("en")
Setting.default_language = "en"
Setting.notified_events = []
project = Project.create!(name: "Northwind", identifier: "northwind", is_public: true, trackers: Tracker.all.to_a)
project.enabled_module_names = %w[issue_tracking wiki news]
role = Role.find_by!(name: "Manager")

users = seed["users"].to_h do |each|
  first, last = each["name"].split(" ", 2)
  user = User.new(firstname: first, lastname: last, mail: each["email"], language: "en")
  user.login = each["login"]
  user.password = user.password_confirmation = each["password"]
  user.save!
  Member.create!(project: project, principal: user, roles: [role])
  [each["login"], user]
end

seed["issues"].each do |each|
  Issue.create!(
    project: project,
    tracker: Tracker.find_by!(name: "Support"),
    status: IssueStatus.find_by!(name: "Resolved"),
    priority: IssuePriority.default,
    subject: each["subject"],
    description: "Needed by Thursday.",
    author: users.fetch(each["author"]),
    assigned_to: each["assignee"] && users.fetch(each["assignee"])
  )
end

puts users.values.map(&:id).to_json
